"""One thing that a run showed, with its time as a bar where it has one."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from launcher.core.lessons import Seen
from launcher.gui import theme, tokens
from launcher.gui.learn.paragraph import Paragraph

_BAR = 6


class SeenRow(QWidget):
    """What was looked at, small; what was seen, below it."""

    def __init__(self, seen: Seen, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seen = seen
        self.bar = _Bar()
        if seen.seconds is None:
            self.bar.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.HAIR, 0, tokens.HAIR)
        column.setSpacing(2)
        column.addWidget(Paragraph(seen.label, small=True))
        column.addWidget(Paragraph(seen.words))
        column.addWidget(self.bar)

    def compare(self, most: float) -> None:
        """`most` seconds are the whole width."""
        if self.seen.seconds is not None:
            self.bar.share = self.seen.seconds / most if most else 0.0
            self.bar.update()


class _Bar(QWidget):
    """As long as its share of the width, and never too short to be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setFixedHeight(_BAR)

    def paintEvent(self, _event: QPaintEvent) -> None:
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(c.accent))
        painter.setBrush(QColor(c.accent))
        width = max(_BAR / 2, (self.width() - 1) * min(1.0, self.share))
        painter.drawRoundedRect(QRectF(0.5, 0.5, width, _BAR - 1), 2, 2)
        painter.end()
