"""Paints one entry of a mail list: mark, two lines, and a short text at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.mail.lists.entry_model import ENTRY
from launcher.gui.mail.words import Entry
from launcher.gui.widgets.marks import paint_mark

HEIGHT = 54
_LOUD = frozenset({Tone.FAILED, Tone.TROUBLE})


class EntryDelegate(QStyledItemDelegate):
    """Draws from the tokens; has no state of its own."""

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """All entries are of one height."""
        return QSize(option.rect.width(), HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one entry."""
        entry: Entry = index.data(ENTRY)
        c = theme.colours()
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(c.selected))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(c.hover))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(c.accent), 1.5))
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 4, 4)
        else:
            line = QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1)
            painter.fillRect(line, QColor(c.line))
        x, y, side = rect.left() + tokens.WIDE, rect.top(), tokens.MARK
        paint_mark(painter, QRectF(x, y + 12, side, side), entry.tone)
        left, right = x + side + tokens.GAP, rect.right() - tokens.WIDE
        small = theme.font(tokens.SMALL)
        room = QFontMetricsF(small).horizontalAdvance(entry.aside) + 2
        painter.setFont(small)
        painter.setPen(QColor(c.tones[entry.tone] if entry.tone in _LOUD else c.soft))
        middle = Qt.AlignmentFlag.AlignVCenter
        top, bottom = QRectF(left, y + 7, right - left, 20), QRectF(left, y + 28, right - left, 18)
        painter.drawText(top, middle | Qt.AlignmentFlag.AlignRight, entry.aside)
        painter.setPen(QColor(c.soft))
        _draw(painter, bottom, entry.subtitle)
        painter.setFont(theme.font(bold=True))
        painter.setPen(QColor(c.ink))
        _draw(painter, top.adjusted(0, 0, -room - tokens.GAP, 0), entry.title)
        painter.restore()


def _draw(painter: QPainter, box: QRectF, text: str) -> None:
    metrics = QFontMetricsF(painter.font())
    one_line = text.replace("\n", " ")
    shown = metrics.elidedText(one_line, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
