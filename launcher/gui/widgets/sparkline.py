"""The last minutes of a number as a small line."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from launcher.core.explain import Tone
from launcher.gui.theme import colours

SAMPLES = 40


class Sparkline(QWidget):
    """Draws up to `SAMPLES` values; the scale grows with the highest, from 5 up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: deque[float] = deque(maxlen=SAMPLES)
        self.setFixedHeight(15)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, value: float) -> None:
        """Take in the newest value."""
        flat = len(self._values) == SAMPLES and all(known == value for known in self._values)
        self._values.append(value)
        if not flat:
            self.update()

    def clear(self) -> None:
        """Forget all values, as when the process has ended."""
        if self._values:
            self._values.clear()
            self.update()

    def sizeHint(self) -> QSize:
        """Small."""
        return QSize(70, 15)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the line, the newest value at the right."""
        if len(self._values) < 2:
            return
        top = max(5.0, *self._values)
        step = (self.width() - 2) / (SAMPLES - 1)
        first = self.width() - 1 - step * (len(self._values) - 1)
        room = self.height() - 3
        points = [
            QPointF(first + step * index, 1.5 + room * (1 - value / top))
            for index, value in enumerate(self._values)
        ]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours().tones[Tone.READY]), 1.4))
        painter.drawPolyline(QPolygonF(points))
        painter.end()
