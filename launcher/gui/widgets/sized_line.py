"""A field of a fixed width, so that fields below each other align."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from launcher.gui import theme


class SizedLine(QLineEdit):
    """`width` is given for text of the usual size, and grows with the letters."""

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = width
        self._fix()

    def changeEvent(self, event: QEvent) -> None:
        """The user can make letters larger."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fix()

    def _fix(self) -> None:
        self.setFixedWidth(round(self._usual * theme.zoom()))
