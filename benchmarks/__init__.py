"""Measures the goals of speed: `python -m benchmarks P1 P2`, one row a goal.

Every row is compared with a peer in the same run, since machines differ and are noisy, and is kept
in docs/figures.json, from which the tables of the documentation are rendered.
"""
