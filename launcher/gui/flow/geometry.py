"""Where the nodes of a picture stand, and along which curves its dots go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainterPath

from launcher.core.flow_motion import DotAt
from launcher.core.flow_picture import Column, Edge, Node, Picture

NODE_HEIGHT = 46.0
QUEUE_HEIGHT = 74.0
BETWEEN = 14.0
MARGIN = 16.0
_WIDTHS: Mapping[Column, float] = {
    Column.PRODUCERS: 90.0,
    Column.EXCHANGES: 118.0,
    Column.QUEUES: 176.0,
    Column.WORKERS: 126.0,
    Column.SMTP: 84.0,
}
"""Of nodes, in a window of the smallest size; in a larger one up to `_GROWS` times that."""
_GROWS = 1.35
_SHARE = 0.8
"""The part of the width that nodes take at most; the rest is for the ways."""
DOT = 5.0
"""Radius."""
_SLOT = 13.0
SLOTS = 7
"""Dots that rest at a node side by side; more lie on the last."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Rectangles of nodes by key, curves by their two ends."""

    nodes: Mapping[str, QRectF]
    curves: Mapping[tuple[str, str], QPainterPath]

    def dot(self, dot: DotAt) -> QPointF | None:
        """The middle of a dot; None when its node is drawn no more."""
        here = self.nodes.get(dot.here)
        there = self.nodes.get(dot.there)
        if here is None or there is None:
            return None
        if dot.here == dot.there:
            slot = min(dot.place, SLOTS - 1)
            left = here.left() + 12 + DOT
            return QPointF(min(left + slot * _SLOT, here.right() - 10), here.bottom() - 11)
        path = self.curves.get((dot.here, dot.there))
        if path is None:
            path = curve(here, there)
        return path.pointAtPercent(_eased(dot.part))


def height_for(picture: Picture) -> float:
    """Pixels that the fullest column needs."""
    return max((_height(picture.column(column)) for column in Column), default=0.0) + 2 * MARGIN


def lay_out(picture: Picture, size: QSizeF) -> Geometry:
    """Columns side by side, each in the middle of the height."""
    columns = [(column, nodes) for column in Column if (nodes := picture.column(column))]
    if not columns:
        return Geometry({}, {})
    found: dict[str, QRectF] = {}
    room = size.width() - 2 * MARGIN
    least = sum(_WIDTHS[column] for column, _ in columns)
    grown = min(_GROWS, room * _SHARE / least)
    between = (room - grown * least) / max(1, len(columns) - 1)
    left = MARGIN
    for column, nodes in columns:
        width = grown * _WIDTHS[column]
        top = max(0.0, size.height() - _height(nodes)) / 2
        for node in nodes:
            height = _node_height(node)
            found[node.key] = QRectF(left, top, width, height)
            top += height + BETWEEN
        left += width + between
    return Geometry(
        found,
        {
            (edge.here, edge.there): curve(found[edge.here], found[edge.there])
            for edge in picture.edges
        },
    )


def curve(here: QRectF, there: QRectF) -> QPainterPath:
    """From the right side of one node to the left of the other, or back below when it lies left."""
    if there.left() >= here.right():
        begin = QPointF(here.right(), here.center().y())
        end = QPointF(there.left(), there.center().y())
        bend = (end.x() - begin.x()) / 2
        path = QPainterPath(begin)
        path.cubicTo(begin + QPointF(bend, 0), end - QPointF(bend, 0), end)
        return path
    begin = QPointF(here.center().x(), here.bottom())
    end = QPointF(there.center().x(), there.bottom())
    low = max(begin.y(), end.y()) + 40
    path = QPainterPath(begin)
    path.cubicTo(QPointF(begin.x(), low), QPointF(end.x(), low), end)
    return path


def label_place(geometry: Geometry, edge: Edge) -> QPointF | None:
    """Where the words of a binding end: left of its queue, above its way."""
    there = geometry.nodes.get(edge.there)
    return None if there is None else QPointF(there.left() - 8, there.center().y() - 5)


def _height(nodes: list[Node]) -> float:
    return sum(map(_node_height, nodes)) + BETWEEN * max(0, len(nodes) - 1)


def _node_height(node: Node) -> float:
    return NODE_HEIGHT if node.column in (Column.PRODUCERS, Column.EXCHANGES) else QUEUE_HEIGHT


def _eased(part: float) -> float:
    """Slow at both ends, so that an eye finds where a dot comes from and goes to."""
    return part * part * (3 - 2 * part)
