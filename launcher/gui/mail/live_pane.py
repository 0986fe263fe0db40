"""A pane of the Mail page that is kept up to date as long as it is seen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget


class LivePane(QWidget):
    """Begins to look when it is shown and ends when it is hidden; a subclass says how.

    Signals: `unavailable(str)` why the API could not be asked, "" when it can again;
    `notice_raised(str)`.
    """

    unavailable = Signal(str)
    notice_raised = Signal(str)

    def look(self) -> None:
        """Ask now how things stand."""
        raise NotImplementedError

    def begin(self) -> None:
        """Look now and again and again."""
        raise NotImplementedError

    def end(self) -> None:
        """Stop looking."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look."""
        super().showEvent(event)
        self.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self.end()
