"""A state's shape as a widget of its own."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.widgets.marks import paint_mark


class StateMark(QWidget):
    """Shows the shape and colour of one tone."""

    def __init__(self, tone: Tone = Tone.OFF, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(tokens.MARK + 2, tokens.MARK + 2)

    @property
    def tone(self) -> Tone:
        """What is shown."""
        return self._tone

    def set_tone(self, tone: Tone) -> None:
        """Show another tone."""
        if tone is not self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the mark."""
        painter = QPainter(self)
        top = (self.height() - tokens.MARK) / 2
        paint_mark(painter, QRectF(1, top, tokens.MARK, tokens.MARK), self._tone)
        painter.end()
