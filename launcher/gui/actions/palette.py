"""The command palette: type a few letters of an action, a service or a mail, and press Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from launcher.gui import theme, tokens
from launcher.gui.actions.fuzzy import score
from launcher.gui.actions.registry import Action
from launcher.gui.widgets.popover import Popover
from launcher.gui.widgets.text_line import TextLine

SHOWN = 40
"""More are found by typing."""
WIDTH, ROWS = 520, 9
_KEYS = Qt.ItemDataRole.UserRole


class Palette(Popover):
    """Keys alone are enough: Up and Down choose, Enter does it, Esc leaves."""

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = [action for action in actions if action.enabled()]
        self._found: list[Action] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText("Find an action, service or mail")
        self.line.setAccessibleName("Find an action, service or mail")
        self.list = QListWidget()
        self.list.setAccessibleName("What was found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = TextLine("Nothing is called so.", "soft")
        self.body.setContentsMargins(tokens.GAP, tokens.GAP, tokens.GAP, tokens.GAP)
        for widget in (self.line, self.list, self.none):
            self.body.addWidget(widget)
        self.setFixedWidth(WIDTH)
        self.list.setFixedHeight(ROWS * _row_height())
        self.line.textChanged.connect(self._look)
        self.list.itemClicked.connect(lambda item: self._do(self.list.row(item)))
        self._look("")

    @property
    def found(self) -> Sequence[Action]:
        """What is listed, best first."""
        return self._found

    def open_over(self, window: QWidget) -> None:
        """Show it in the upper middle of the window, ready for typing."""
        self.adjustSize()
        top = window.mapToGlobal(QPoint((window.width() - self.width()) // 2, 64))
        self.move(top)
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that a line of text leaves over."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and self._found:
            row = self.list.currentRow() + step
            last = len(self._found) - 1
            # One step goes round, a page stops at the end.
            row = row % (last + 1) if abs(step) == 1 else max(0, min(row, last))
            self.list.setCurrentRow(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(self.list.currentRow())
        else:
            super().keyPressEvent(event)

    def _look(self, query: str) -> None:
        ranked = [
            (value, -number, action)
            for number, action in enumerate(self._actions)
            if (value := score(query, action.words)) is not None
        ]
        if query.strip():
            ranked.sort(key=lambda one: one[:2], reverse=True)
        self._found = [action for _, _, action in ranked[:SHOWN]]
        self.list.clear()
        for action in self._found:
            item = QListWidgetItem(action.words)
            item.setData(_KEYS, action.keys)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                f"{action.words}, {action.keys}" if action.keys else action.words,
            )
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(self._found))
        self.none.setVisible(not self._found)
        self.adjustSize()

    def _do(self, row: int) -> None:
        if 0 <= row < len(self._found):
            action = self._found[row]
            self.close()
            action.call()


class _Delegate(QStyledItemDelegate):
    """Words at the left, keys at the right."""

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """All rows are of one height."""
        return QSize(option.rect.width(), _row_height())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one row."""
        c = theme.colours()
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.selected if chosen else c.hover))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        keys = index.data(_KEYS) or ""
        inside = rect.adjusted(tokens.GAP, 0, -tokens.GAP, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(tokens.SMALL))
        painter.setPen(QColor(c.soft))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, keys)
        room = QFontMetricsF(painter.font()).horizontalAdvance(keys) + tokens.GAP
        painter.setFont(theme.font())
        painter.setPen(QColor(c.ink))
        box = inside.adjusted(0, 0, -room, 0)
        words = index.data(Qt.ItemDataRole.DisplayRole).replace("\n", " ")
        shown = QFontMetricsF(painter.font()).elidedText(
            words, Qt.TextElideMode.ElideRight, box.width()
        )
        painter.drawText(box, middle, shown)
        painter.restore()


def _row_height() -> int:
    return max(tokens.CONTROL_HEIGHT, round(QFontMetricsF(theme.font()).height()) + tokens.GAP)


_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -ROWS,
    Qt.Key.Key_PageDown: ROWS,
}
