"""The picture: nodes and ways as a pixmap that is drawn when they change, dots or streams above it.

The pixmap is made anew about once a second, for the numbers; a moving dot costs a copy of it and a
circle. Which dots there are is `core.flow_motion`'s, and when to draw again is the page's.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from launcher.core.explain import Tone
from launcher.core.flow_live import Flow
from launcher.core.flow_motion import DotAt
from launcher.core.flow_picture import Column, Node
from launcher.core.flow_topology import QueueNumbers
from launcher.gui import theme, tokens
from launcher.gui.flow.geometry import DOT, Geometry, height_for, label_place, lay_out
from launcher.gui.flow.words import dot_words, queue_words, rate
from launcher.gui.widgets.marks import paint_mark

_NEAR = 12.0
"""Pixels from a dot's middle within which a click means it."""
_ROOM_FOR_WORDS = 56.0
_SPACING = 26.0
"""Pixels between the marks of a stream."""


class Canvas(QWidget):
    """Draws a `Flow`.

    Signals: `message_chosen(str)` a dot was clicked, or chosen by Enter; `queue_chosen(str)` a
    queue was clicked.
    """

    message_chosen = Signal(str)
    queue_chosen = Signal(str)

    def __init__(self, flow: Flow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        self._geometry = Geometry({}, {})
        self._ground: QPixmap | None = None
        self._drawn: tuple[object, ...] = ()
        self._rates: dict[tuple[str, str], float] = {}
        self._shift = 0.0
        self._chosen = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Messages on their way")
        self.setAccessibleDescription(
            "Left and Right choose a message, Enter shows it. The list below has them all."
        )

    def refresh(self, now: float) -> None:
        """Take in other nodes, ways and numbers; `now` is what rates are asked for."""
        self._rates = {ends: self._flow.rate_of(*ends, now) for ends in self._geometry.curves}
        self.setMinimumHeight(math.ceil(height_for(self._flow.picture)))
        self._ground = None
        self.update()

    def flow_on(self, seconds: float) -> None:
        """Move the marks of streams on."""
        self._shift = (self._shift + seconds * 60.0) % _SPACING
        self.update()

    def where(self, message_id: str) -> QPointF | None:
        """The middle of a message's dot; None when it has none."""
        found = next((dot for dot in self._flow.motion.dots() if dot.id == message_id), None)
        return None if found is None else self._geometry.dot(found)

    def node_rect(self, key: str) -> QRectF | None:
        """Where a node is drawn."""
        return self._geometry.nodes.get(key)

    def choose(self, message_id: str) -> None:
        """Mark a message's dot."""
        self._chosen = message_id
        self.update()

    # -- painting ------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the ground and draw what moves."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._whole_ground())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._flow.motion.stream:
            self._paint_streams(painter)
        for dot in self._flow.motion.dots():
            self._paint_dot(painter, dot)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.colours().accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(edge, tokens.CARD_RADIUS, tokens.CARD_RADIUS)
        painter.end()

    def _whole_ground(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        drawn = (self._flow.version, self.size(), ratio, theme.colours().dark, self.font().key())
        if self._ground is None or drawn != self._drawn:
            self._drawn = drawn
            size = QSizeF(self.size())
            self._geometry = lay_out(self._flow.picture, size)
            ground = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
            ground.setDevicePixelRatio(ratio)
            painter = QPainter(ground)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_ground(painter)
            painter.end()
            self._ground = ground
        return self._ground

    def _paint_ground(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.fillRect(self.rect(), QColor(c.window))
        painter.setPen(QPen(QColor(c.line), 1))
        painter.setBrush(QColor(c.card))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, tokens.CARD_RADIUS, tokens.CARD_RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ends, path in self._geometry.curves.items():
            quick = self._rates.get(ends, 0.0)
            painter.setPen(QPen(QColor(c.faint if quick else c.line), 1.3))
            painter.drawPath(path)
        for node in self._flow.picture.nodes:
            self._paint_node(painter, node, self._geometry.nodes[node.key])
        self._paint_words_of_ways(painter)

    def _paint_words_of_ways(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setFont(theme.font(tokens.SMALL))
        painter.setPen(QColor(c.soft))
        metrics = painter.fontMetrics()
        for edge in self._flow.picture.edges:
            place = label_place(self._geometry, edge)
            here = self._geometry.nodes.get(edge.here)
            if not edge.words or place is None or here is None:
                continue
            room = place.x() - here.right() - 8
            if room < _ROOM_FOR_WORDS:
                continue  # the tip of the queue has them
            shown = metrics.elidedText(edge.words, Qt.TextElideMode.ElideRight, round(room))
            painter.drawText(place - QPointF(metrics.horizontalAdvance(shown), 0), shown)

    def _paint_node(self, painter: QPainter, node: Node, rect: QRectF) -> None:
        c = theme.colours()
        painter.setPen(QPen(QColor(c.info_line), 1))
        painter.setBrush(QColor(c.info_fill))
        radius = rect.height() / 2 if node.column is Column.EXCHANGES else tokens.CARD_RADIUS
        painter.drawRoundedRect(rect, radius, radius)
        inner = rect.adjusted(12, 5, -10, -5)
        words, trouble, numbers = node.words, False, None
        if node.column is Column.QUEUES and (numbers := self._flow.topology.queue(node.title)):
            words, trouble = queue_words(numbers)
        align = (
            Qt.AlignmentFlag.AlignHCenter
            if node.column is Column.EXCHANGES
            else Qt.AlignmentFlag.AlignLeft
        )
        self._line(painter, node.title, inner, 0, align, bold=True)
        if trouble:
            side = tokens.MARK - 2
            mark = QRectF(inner.left(), inner.top() + 21, side, side)
            paint_mark(painter, mark, Tone.TROUBLE)
            inner = inner.adjusted(side + 4, 0, 0, 0)
        self._line(painter, words, inner, 17, align, bold=False)
        if numbers is not None:
            self._paint_depth(painter, numbers, rect)

    def _line(
        self,
        painter: QPainter,
        words: str,
        inner: QRectF,
        down: float,
        align: Qt.AlignmentFlag,
        *,
        bold: bool,
    ) -> None:
        c = theme.colours()
        painter.setFont(theme.font(tokens.BODY if bold else tokens.SMALL, bold=bold))
        painter.setPen(QColor(c.ink if bold else c.soft))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(inner.width()))
        box = QRectF(inner.left(), inner.top() + down, inner.width() + 1, metrics.height() + 1)
        painter.drawText(box, align, shown)

    def _paint_depth(self, painter: QPainter, numbers: QueueNumbers, rect: QRectF) -> None:
        """The last minute of what waits, as a line along the foot of its queue."""
        values = self._flow.depths.get(numbers.name)
        if not values or not any(values):
            return
        box = rect.adjusted(rect.width() * 0.62, rect.height() - 25, -9, -6)
        top = max(5, *values)
        step = box.width() / max(1, len(values) - 1)
        line = QPolygonF(
            [
                QPointF(box.left() + number * step, box.bottom() - box.height() * value / top)
                for number, value in enumerate(values)
            ]
        )
        painter.setPen(QPen(QColor(theme.colours().tones[Tone.WORKING]), 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)

    def _paint_streams(self, painter: QPainter) -> None:
        """Marks that run along a way: the more messages, the more of them stand close together."""
        c = theme.colours()
        pen = QPen(QColor(c.accent), 3.2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setFont(theme.font(tokens.SMALL, bold=True))
        for ends, path in self._geometry.curves.items():
            quick = self._rates.get(ends, 0.0)
            if quick < 0.5:
                continue
            length = path.length()
            # As many marks as there are messages at one a second, ten, a hundred, a thousand.
            spacing = _SPACING / (1 + math.log10(1 + quick))
            count = int(length / spacing)
            shift = self._shift % spacing
            points = [
                path.pointAtPercent(min(1.0, (shift + number * spacing) / length))
                for number in range(count)
            ]
            painter.setPen(pen)
            painter.drawPoints(points)
            painter.setPen(QColor(c.ink))
            words = f"{rate(quick)}/s"
            middle = path.pointAtPercent(0.5)
            above = min(path.pointAtPercent(0).y(), path.currentPosition().y()) - 7
            left = middle.x() - painter.fontMetrics().horizontalAdvance(words) / 2
            painter.drawText(QPointF(left, above), words)

    def _paint_dot(self, painter: QPainter, dot: DotAt) -> None:
        middle = self._geometry.dot(dot)
        if middle is None:
            return
        c = theme.colours()
        if dot.id == self._chosen:
            painter.setPen(QPen(QColor(c.ink), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, DOT + 4, DOT + 4)
        if dot.tone in (Tone.WORKING, Tone.OFF):
            painter.setPen(QPen(QColor(c.card), 1))
            painter.setBrush(QColor(c.tones[dot.tone]))
            painter.drawEllipse(middle, DOT, DOT)
        else:
            # A shape of its own for each end, not a colour alone.
            side = 2 * DOT + 1
            corner = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
            paint_mark(painter, corner, dot.tone)

    # -- choosing ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the dot that is nearest, or the queue below."""
        found = self._nearest(event.position())
        if found:
            self.choose(found)
            self.message_chosen.emit(found)
            return
        for node in self._flow.picture.column(Column.QUEUES):
            if self._geometry.nodes[node.key].contains(event.position()):
                self.queue_chosen.emit(node.title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from dot to dot, and show one."""
        ids = [dot.id for dot in self._flow.motion.dots()]
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right if ids:
                at = ids.index(self._chosen) if self._chosen in ids else -1
                by = 1 if event.key() == Qt.Key.Key_Right else -1
                self.choose(ids[(at + by) % len(ids) if at >= 0 else 0])
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._chosen:
                self.message_chosen.emit(self._chosen)
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say what is below the mouse."""
        if isinstance(event, QHelpEvent):
            words = self._tip(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _tip(self, at: QPointF) -> str:
        message = self._flow.messages.get(self._nearest(at))
        if message is not None:
            return dot_words(message)
        for node in self._flow.picture.nodes:
            if self._geometry.nodes[node.key].contains(at):
                ways = [edge for edge in self._flow.picture.edges if edge.there == node.key]
                bound = [f"from {one.here[2:]} by {one.words}" for one in ways if one.words]
                return "\n".join(filter(None, (node.title, node.words, *bound)))
        return ""

    def _nearest(self, at: QPointF) -> str:
        best, found = _NEAR, ""
        for dot in self._flow.motion.dots():
            middle = self._geometry.dot(dot)
            if middle is None:
                continue
            far = math.hypot(middle.x() - at.x(), middle.y() - at.y())
            if far < best:
                best, found = far, dot.id
        return found
