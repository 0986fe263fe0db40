"""The last minutes of a number as a small line."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from launcher.core.explain import Tone
from launcher.gui.theme import colours

SAMPLES = 30


class Sparkline(QWidget):
    """Draws up to `SAMPLES` values.

    The scale begins at 0 and grows with the highest, from 5 up; of an `amount`, which is never near
    0, it begins below the lowest, so that a tenth more is seen.
    """

    def __init__(self, *, amount: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._amount = amount
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
        highest = max(self._values)
        bottom = min(self._values) - 0.1 * highest if self._amount else 0.0
        top = max(bottom + 0.3 * highest, highest) if self._amount else max(5.0, highest)
        step = (self.width() - 2) / (SAMPLES - 1)
        first = self.width() - 1 - step * (len(self._values) - 1)
        room, span = self.height() - 3, top - bottom or 1.0
        points = [
            QPointF(first + step * index, 1.5 + room * (1 - (value - bottom) / span))
            for index, value in enumerate(self._values)
        ]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours().tones[Tone.READY]), 1.4))
        painter.drawPolyline(QPolygonF(points))
        painter.end()
