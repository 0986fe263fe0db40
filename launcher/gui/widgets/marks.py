"""The shapes of the states, drawn: each tone has a colour and a shape of its own."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from launcher.core.explain import Tone
from launcher.gui.theme import colours


def paint_mark(painter: QPainter, rect: QRectF, tone: Tone) -> None:
    """Draw the mark of `tone` into the square `rect`, in its colour."""
    colour = QColor(colours().tones[tone])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
    ring = QPen(colour, 1.6)
    inner = rect.adjusted(0.8, 0.8, -0.8, -0.8)
    match tone:
        case Tone.READY:
            painter.drawEllipse(rect)
        case Tone.WORKING:
            painter.drawChord(inner, 90 * 16, 180 * 16)
            _outline(painter, ring).drawEllipse(inner)
        case Tone.WAITING:
            _outline(painter, ring).drawEllipse(inner)
        case Tone.TROUBLE:
            painter.drawPolygon(_polygon((x + w / 2, y), (x + w, y + h - 0.5), (x, y + h - 0.5)))
        case Tone.FAILED:
            middle = rect.center()
            painter.drawPolygon(
                _polygon((middle.x(), y), (x + w, middle.y()), (middle.x(), y + h), (x, middle.y()))
            )
        case Tone.OUTSIDE:
            _outline(painter, ring).drawEllipse(inner)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(rect.center(), w * 0.2, h * 0.2)
        case Tone.DONE:
            ring.setWidthF(2)
            ring.setCapStyle(Qt.PenCapStyle.RoundCap)
            _outline(painter, ring).drawPolyline(
                _polygon((x + 1, y + h * 0.55), (x + w * 0.4, y + h - 2), (x + w - 1, y + 1.5))
            )
        case Tone.OFF:
            painter.drawRoundedRect(QRectF(x + 1, y + h / 2 - 1, w - 2, 2), 1, 1)
    painter.restore()


def _outline(painter: QPainter, pen: QPen) -> QPainter:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return painter


def _polygon(*points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])
