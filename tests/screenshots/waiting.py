"""Waits until a window has settled."""

from __future__ import annotations

import time

from PySide6.QtTest import QTest

from launcher.gui.window import Window


def settle(window: Window) -> None:
    """Until nothing is asked in the background any more, but for what is asked every second."""
    wait(600)
    quiet, until = 0, time.monotonic() + 5
    while quiet < 3 and time.monotonic() < until:
        wait(50)
        quiet = 0 if window.background._pool.activeThreadCount() else quiet + 1


def wait(milliseconds: int) -> None:
    """Let the window live for so long."""
    until = time.monotonic() + milliseconds / 1_000
    while time.monotonic() < until:
        QTest.qWait(50)  # paints and timers run; in short turns, for it keeps the GIL meanwhile
