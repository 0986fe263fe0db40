"""Looks for the next error in steps, so that the window stays alive, and goes round once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from launcher.core.logs import Level
from launcher.gui.logs.line_index import LineIndex

if TYPE_CHECKING:
    from launcher.gui.session import Logs


class ErrorSearch(QObject):
    """One search at a time, among the lines that are shown.

    Signals: `found(object)` the position of an error; `missed()` there is none at all.
    """

    found = Signal(object)
    missed = Signal()

    def __init__(self, logs: Logs, index: LineIndex) -> None:
        super().__init__()
        self._logs = logs
        self._index = index
        self._next: int | None = None
        self._back = False
        self._again = False

    @property
    def busy(self) -> bool:
        """Whether there is more to look at."""
        return self._next is not None

    def begin(self, place: int, *, back: bool, beyond: bool) -> None:
        """Look from a place on, `back` before it; the line itself is skipped when `beyond`."""
        self._back, self._again = back, False
        self._next = place if back or not beyond else place + 1

    def cancel(self) -> None:
        """Look no further."""
        self._next = None

    def go_on(self, limit: int) -> None:
        """Look at about `limit` lines."""
        if self._next is None:
            return
        step = self._index.search(self._next, Level.ERROR, limit, backwards=self._back)
        self._next = None
        if step.found is not None:
            self.found.emit(step.found)
        elif step.go_on is not None:
            self._next = step.go_on
        elif self._again:
            self.missed.emit()
        else:
            self._again = True
            self._next = self._logs.end if self._back else self._logs.begin
