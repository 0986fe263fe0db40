"""The white (or dark) rounded surface that content lies on."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from launcher.gui import theme, tokens

Fill = Literal["card", "warn", "fail", "info", "code"]


class Card(QFrame):
    """A framed surface; `fill` names its colours in the tokens."""

    def __init__(self, fill: Fill = "card", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fill: Fill = fill

    def set_fill(self, fill: Fill) -> None:
        """Change the surface's meaning."""
        if fill != self._fill:
            self._fill = fill
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the surface."""
        c = theme.colours()
        face, edge = {
            "card": (c.card, c.line),
            "code": (c.code, c.line),
            "warn": (c.warn_fill, c.warn_line),
            "fail": (c.fail_fill, c.fail_line),
            "info": (c.info_fill, c.info_line),
        }[self._fill]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(face))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, tokens.CARD_RADIUS, tokens.CARD_RADIUS)
        painter.end()
