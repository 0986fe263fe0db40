"""Faults on real processes: `python -m tests.faults [R1 ...]`; the rows stand in docs/figures.json.

Each module owns some rows: `ROWS` maps a row's name to what it does, and a function `once` (or one
a row) makes the fault happen a single time, which is what the ordinary tests run.
"""
