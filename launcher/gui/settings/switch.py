"""A switch: on or off, drawn from the tokens."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from launcher.gui import theme, tokens

_WIDTH, _HEIGHT = 36, 20


class Switch(QCheckBox):
    """A check box that looks like what it does; its words stand beside it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFixedSize(_WIDTH + 4, tokens.CONTROL_HEIGHT)

    def sizeHint(self) -> QSize:
        """A fixed size."""
        return QSize(_WIDTH + 4, tokens.CONTROL_HEIGHT)

    def hitButton(self, _position: object) -> bool:
        """All of it can be pressed."""
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track, knob and focus."""
        c = theme.colours()
        on = self.isChecked()
        track = QRectF(2, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(c.accent if on or self.hasFocus() else c.faint), 1.2))
        painter.setBrush(QColor(c.accent if on else c.card))
        painter.drawRoundedRect(track, _HEIGHT / 2, _HEIGHT / 2)
        side = _HEIGHT - 8
        left = track.right() - side - 4 if on else track.left() + 4
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.accent_ink if on else c.faint))
        painter.drawEllipse(QRectF(left, track.top() + 4, side, side))
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.accent), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = track.adjusted(-2, -3, 2, 3)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
        painter.end()
