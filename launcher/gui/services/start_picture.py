"""The services in the order of their start: a node each, an arrow to whoever waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

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


@dataclass(frozen=True, slots=True)
class Node:
    """What is drawn of one service; `time` is its own boot's, "" when there is none."""

    title: str
    tone: Tone
    headline: str
    time: str


class StartPicture(QWidget):
    """Drawn anew only when a node changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs: Sequence[ServiceSpec] = ()
        self._columns: tuple[tuple[str, ...], ...] = ()
        self._nodes: Mapping[str, Node] = {}
        self._path: Sequence[str] = ()
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
        painter.end()

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
            words = f"{node.title}, {node.headline}"
            if node.time:
                words += f" after {node.time}"
            after = ", ".join(titles[each] for each in spec.depends_on if each in titles)
            yield f"{words}, starts after {after}" if after else words
