"""Threats tried on the running stack: `python -m tests.safety [S2 ...]`.

Each module owns a row: a function that takes a running stack and returns the row. Whatever is let
through is counted; a control with the right credentials shows that the door is one.
"""
