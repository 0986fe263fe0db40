"""The services in the order of their start: a node each, an arrow to whoever waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from launcher.core.explain import Tone
from launcher.core.spec import ServiceSpec
from launcher.core.startup import columns
from launcher.gui import theme, tokens
from launcher.gui.widgets.marks import paint_mark

_NODE_HEIGHT = 28
_ROW = 36
_MOST_WIDE = 216
_ARROW = 52
"""Room between two columns at least."""
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Node:
    """What is drawn of one service; `time` is its own boot's, "" when there is none."""

    title: str
    tone: Tone
    headline: str
    time: str


class StartPicture(QWidget):
    """Drawn anew only when a node changed. Left and right, up and down go from node to node.

    Signals: `chosen(str)` a service that was clicked, or chosen with Enter.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs: Sequence[ServiceSpec] = ()
        self._columns: tuple[tuple[str, ...], ...] = ()
        self._nodes: Mapping[str, Node] = {}
        self._path: Sequence[str] = ()
        self._at = ""
        self._over = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(theme.font(tokens.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Start order")

    def show_nodes(
        self, specs: Sequence[ServiceSpec], nodes: Mapping[str, Node], path: Sequence[str]
    ) -> None:
        """Show these services; `path` is the chain that the start waited for, () if not known."""
        if (specs, nodes, path) == (self._specs, self._nodes, self._path):
            return
        self._columns = columns(specs)
        self._specs, self._nodes, self._path = specs, nodes, path
        self.setAccessibleDescription("; ".join(self._told()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its tallest column."""
        rows = max((len(column) for column in self._columns), default=1)
        return QSize(320, rows * _ROW - (_ROW - _NODE_HEIGHT) + 2)

    def minimumSizeHint(self) -> QSize:
        """Nodes shorten their titles."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """A tool tip for each node."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            name = self._node_at(event.pos())
            QToolTip.showText(event.globalPos(), self._tip(name) if name else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what would be clicked."""
        self._hover(self._node_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing would."""
        super().leaveEvent(event)
        self._hover("")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose a node."""
        name = self._node_at(event.position().toPoint())
        if name and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(name)
            self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from node to node, and choose one."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self._go_to(self._next_to(self._here, *step))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._here:
                self.chosen.emit(self._here)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say which node it is at."""
        super().focusInEvent(event)
        self._go_to(self._here)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw arrows, then nodes over them."""
        boxes = self._boxes()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on_path = frozenset(pairwise(self._path))
        arrows = [
            (one, spec.name, (one, spec.name) in on_path)
            for spec in self._specs
            for one in spec.depends_on
            if one in boxes and spec.name in boxes
        ]
        for start, end, critical in sorted(arrows, key=lambda arrow: arrow[2]):
            self._paint_arrow(painter, boxes[start], boxes[end], start, critical=critical)
        for name, box in boxes.items():
            self._paint_node(painter, box, self._nodes[name], critical=name in self._path)
            if name == self._over or (name == self._here and self.hasFocus()):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.colours().accent), 1.5))
                painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        painter.end()

    @property
    def _here(self) -> str:
        """The node that keys start from: the first one until they have moved."""
        known = [name for column in self._columns for name in column if name in self._nodes]
        return self._at if self._at in known else next(iter(known), "")

    def _next_to(self, name: str, across: int, down: int) -> str:
        """The neighbour in that direction; itself at an edge."""
        shown = [[each for each in column if each in self._nodes] for column in self._columns]
        for x, column in enumerate(shown):
            if name in column:
                y = column.index(name) + down
                other = shown[min(max(0, x + across), len(shown) - 1)]
                return other[min(max(0, y), len(other) - 1)] if other else name
        return name

    def _go_to(self, name: str) -> None:
        self._at = name
        if name:
            self.setAccessibleName(f"Start order: {self._tip(name)}")
        self.update()

    def _hover(self, name: str) -> None:
        if name != self._over:
            self._over = name
            hand, usual = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
            self.setCursor(hand if name else usual)
            self.update()

    def _node_at(self, point: QPoint) -> str:
        boxes = self._boxes().items()
        return next((name for name, box in boxes if box.contains(QPointF(point))), "")

    def _tip(self, name: str) -> str:
        node = self._nodes[name]
        return f"{node.title}, {node.headline}" + (f" after {node.time}" if node.time else "")

    def _boxes(self) -> dict[str, QRectF]:
        count = len(self._columns)
        if not count:
            return {}
        width = min(_MOST_WIDE, (self.width() - 2 - _ARROW * (count - 1)) / count)
        step = width + max(_ARROW, min(96, (self.width() - 2 - width * count) / max(1, count - 1)))
        return {
            name: QRectF(1 + step * x, 1 + _ROW * y, width, _NODE_HEIGHT)
            for x, column in enumerate(self._columns)
            for y, name in enumerate(column)
            if name in self._nodes
        }

    def _paint_arrow(
        self, painter: QPainter, start: QRectF, end: QRectF, source: str, *, critical: bool
    ) -> None:
        c = theme.colours()
        lit = self._nodes[source].tone in (Tone.READY, Tone.DONE, Tone.OUTSIDE)
        colour = QColor(c.soft if critical else c.tones[Tone.READY] if lit else c.line)
        if lit and not critical:
            colour.setAlphaF(0.45)
        a, b = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
        bend = (b.x() - a.x()) / 2
        way = QPainterPath(a)
        way.cubicTo(QPointF(a.x() + bend, a.y()), QPointF(b.x() - bend, b.y()), b)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.8 if critical else 1.3))
        painter.drawPath(way)
        head = QPainterPath(QPointF(b.x() - 5, b.y() - 3.5))
        head.lineTo(b)
        head.lineTo(QPointF(b.x() - 5, b.y() + 3.5))
        painter.drawPath(head)

    def _paint_node(self, painter: QPainter, box: QRectF, node: Node, *, critical: bool) -> None:
        c = theme.colours()
        tone = node.tone
        calm = tone in (Tone.READY, Tone.DONE, Tone.OFF, Tone.WAITING)
        edge = c.soft if critical else c.line if calm else c.tones[tone]
        painter.setPen(QPen(QColor(edge), 1.4 if critical or not calm else 1))
        painter.setBrush(QColor(c.window))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), tokens.RADIUS, tokens.RADIUS)
        side = tokens.MARK - 1
        paint_mark(painter, QRectF(box.x() + 9, box.center().y() - side / 2, side, side), tone)
        metrics = self.fontMetrics()
        room = metrics.horizontalAdvance(node.time)
        inner = box.adjusted(26, 0, -9, 0)
        painter.setPen(QColor(c.soft))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, flags | Qt.AlignmentFlag.AlignRight, node.time)
        painter.setPen(QColor(c.faint if tone in (Tone.OFF, Tone.WAITING) else c.ink))
        left = round(inner.width() - room - (tokens.TIGHT if node.time else 0))
        title = metrics.elidedText(node.title, Qt.TextElideMode.ElideRight, left)
        painter.drawText(inner, flags, title)

    def _told(self) -> Iterator[str]:
        """The picture for those who do not see it."""
        titles = {name: node.title for name, node in self._nodes.items()}
        for spec in self._specs:
            node = self._nodes.get(spec.name)
            if node is None:
                continue
            words = self._tip(spec.name)
            after = ", ".join(titles[each] for each in spec.depends_on if each in titles)
            yield f"{words}, starts after {after}" if after else words
