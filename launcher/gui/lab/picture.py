"""The lab as a picture: exchange, bindings, queues with what waits, consumers with what they hold.

A line is drawn full where the message goes. Dragging from the exchange to a queue binds it; the
table does the same from the keyboard.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from launcher.core.explain import Tone
from launcher.core.lab_headers import shown_headers
from launcher.core.lab_prediction import Route
from launcher.core.matching import ExchangeKind
from launcher.gui import theme, tokens
from launcher.gui.lab.desk import LabDesk

_ROW = 44
_BOX = 32
_EXCHANGE = 96
_QUEUE = 168
_CONSUMER = 130
_SHOWN = 8
"""Queues that are drawn; tables and forecast hold all."""


class LabPicture(QWidget):
    """Draws the desk's lab.

    Signals: `bound(str)` a queue that the exchange was dragged to.
    """

    bound = Signal(str)

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._hides = False
        self._drag: QPointF | None = None
        self.setFont(theme.font(tokens.SMALL))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for signal in (desk.lab_changed, desk.waiting_changed, desk.hands_changed):
            signal.connect(self._changed)
        self._changed()

    def hide_forecast(self, *, hidden: bool) -> None:
        """Draw all lines alike, for somebody who guesses."""
        self._hides = hidden
        self.update()

    def sizeHint(self) -> QSize:
        """One row a queue."""
        rows = max(2, min(len(self._desk.lab.queues), _SHOWN))
        more = 20 if len(self._desk.lab.queues) > _SHOWN else 0
        return QSize(520, rows * _ROW + more + 8)

    def minimumSizeHint(self) -> QSize:
        """Its height is what it needs."""
        return QSize(420, self.sizeHint().height())

    def exchange_rect(self) -> QRectF:
        """Where the exchange is drawn."""
        rows = max(2, min(len(self._desk.lab.queues), _SHOWN))
        return QRectF(1, 4 + rows * _ROW / 2 - 26, _EXCHANGE, 52)

    def queue_rect(self, name: str) -> QRectF:
        """Where a queue is drawn; empty for one that is not."""
        names = [queue.name for queue in self._desk.lab.queues[:_SHOWN]]
        if name not in names:
            return QRectF()
        right = self.width() - 1 - _CONSUMER - 46
        return QRectF(right - _QUEUE, 4 + names.index(name) * _ROW + 6, _QUEUE, _BOX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a binding at the exchange."""
        if self._can_bind and self.exchange_rect().contains(event.position()):
            self._drag = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where it would lead."""
        over = self._can_bind and self.exchange_rect().contains(event.position())
        self.setCursor(Qt.CursorShape.CrossCursor if over else Qt.CursorShape.ArrowCursor)
        if self._drag is not None:
            self._drag = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Bind what lies below."""
        if self._drag is None:
            return
        self._drag = None
        self.update()
        for queue in self._desk.lab.queues[:_SHOWN]:
            if self.queue_rect(queue.name).contains(event.position()):
                self.bound.emit(queue.name)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        routes = {route.queue: route for route in self._desk.routes()}
        for queue in self._desk.lab.queues[:_SHOWN]:
            self._paint_binding(painter, routes[queue.name])
        for queue in self._desk.lab.queues[:_SHOWN]:
            self._paint_queue(painter, queue.name)
        self._paint_exchange(painter)
        if self._drag is not None:
            painter.setPen(QPen(QColor(theme.colours().accent), 2, Qt.PenStyle.DashLine))
            painter.drawLine(self._start, self._drag)
        left = len(self._desk.lab.queues) - _SHOWN
        if left > 0:
            painter.setPen(QColor(theme.colours().soft))
            painter.drawText(
                QRectF(0, self.height() - 20, self.width(), 18),
                Qt.AlignmentFlag.AlignCenter,
                f"and {left} more, see the table",
            )
        painter.end()

    # -- pieces ---------------------------------------------------------------------------------

    @property
    def _can_bind(self) -> bool:
        return self._desk.lab.exchange is not ExchangeKind.DEFAULT

    @property
    def _start(self) -> QPointF:
        rect = self.exchange_rect()
        return QPointF(rect.right(), rect.center().y())

    def _paint_exchange(self, painter: QPainter) -> None:
        c = theme.colours()
        kind = self._desk.lab.exchange
        rect = self.exchange_rect()
        painter.setPen(QPen(QColor(c.accent), 1.5))
        painter.setBrush(QColor(c.card))
        painter.drawRoundedRect(rect, 26, 26)
        painter.setPen(QColor(c.ink))
        top = rect.adjusted(0, 8, 0, -rect.height() / 2 + 4)
        painter.drawText(top, Qt.AlignmentFlag.AlignCenter, kind.value)
        painter.setPen(QColor(c.soft))
        low = rect.adjusted(0, rect.height() / 2 - 4, 0, -8)
        painter.drawText(low, Qt.AlignmentFlag.AlignCenter, "exchange")

    def _paint_binding(self, painter: QPainter, route: Route) -> None:
        c = theme.colours()
        if not route.answers:
            return
        rect = self.queue_rect(route.queue)
        end = QPointF(rect.left(), rect.center().y())
        goes = route.arrives and not self._hides
        ink = QColor(c.tones[Tone.READY] if goes else c.faint)
        style = Qt.PenStyle.SolidLine if goes or self._hides else Qt.PenStyle.DashLine
        painter.setPen(QPen(ink, 2.2 if goes else 1.2, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(self._start)
        middle = (self._start.x() + end.x()) / 2
        path.cubicTo(QPointF(middle, self._start.y()), QPointF(middle, end.y()), end)
        painter.drawPath(path)
        words = self._label(route)
        room = end.x() - middle - 8
        if not words or room < 40:
            return
        shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room))
        width = self.fontMetrics().horizontalAdvance(shown) + 8
        box = QRectF(end.x() - width - 1, end.y() - 10, width, 19)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.card))
        painter.drawRect(box)
        painter.setPen(ink if goes else QColor(c.soft))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)

    def _label(self, route: Route) -> str:
        lab = self._desk.lab
        labels = []
        for binding, _ in route.answers:
            if binding is None or lab.exchange is ExchangeKind.FANOUT:
                continue
            if lab.exchange is ExchangeKind.HEADERS:
                labels.append(f"{binding.match.value}: {shown_headers(binding.arguments)}")
            else:
                labels.append(binding.key or "“”")
        return " · ".join(labels)

    def _paint_queue(self, painter: QPainter, name: str) -> None:
        c = theme.colours()
        rect = self.queue_rect(name)
        painter.setPen(QPen(QColor(c.line), 1.2))
        painter.setBrush(QColor(c.code))
        painter.drawRoundedRect(rect, 5, 5)
        waiting = self._desk.waiting.get(name, 0)
        painter.setPen(QColor(c.ink))
        metrics = self.fontMetrics()
        words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(rect.width()) - 56)
        painter.drawText(rect.adjusted(9, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(QColor(c.tones[Tone.WORKING] if waiting else c.faint))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect.adjusted(0, 0, -9, 0), flags, str(waiting) if self._desk.open else "")
        self._paint_consumers(painter, name, rect)

    def _paint_consumers(self, painter: QPainter, queue: str, rect: QRectF) -> None:
        c = theme.colours()
        held = self._held(queue)
        if not held:
            return
        begin = QPointF(rect.right(), rect.center().y())
        end = QPointF(begin.x() + 40, begin.y())
        painter.setPen(QPen(QColor(c.soft), 1.2))
        painter.drawLine(begin, end)
        painter.drawLine(end, end + QPointF(-5, -4))
        painter.drawLine(end, end + QPointF(-5, 4))
        words = ", ".join(f"{name} ({count})" if count else name for name, count in held.items())
        box = QRectF(end.x() + 6, rect.top(), _CONSUMER, rect.height())
        shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _CONSUMER)
        painter.setPen(QColor(c.ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _held(self, queue: str) -> Mapping[str, int]:
        """Who consumes from a queue, and how many messages each holds."""
        hands = self._desk.hands
        return {
            each.name: len(hands[each.name])
            for each in self._desk.lab.consumers
            if each.queue == queue and each.name in hands
        }

    def _changed(self) -> None:
        lab = self._desk.lab
        reached = [route.queue for route in self._desk.routes() if route.arrives]
        told = ", ".join(reached) or "no queue"
        self.setAccessibleName(f"Picture of the lab: a {lab.exchange.value} exchange")
        self.setAccessibleDescription("" if self._hides else f"The message reaches {told}.")
        self.updateGeometry()
        self.update()
