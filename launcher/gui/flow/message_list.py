"""The messages that were heard of last, newest first: every one can be chosen, however quick."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QListView, QWidget

from launcher.core.flow_content import plain
from launcher.core.flow_messages import Message
from launcher.gui import tokens
from launcher.gui.flow.words import clock, state_words

MOST = 200
_Index = QModelIndex | QPersistentModelIndex


class MessageModel(QAbstractListModel):
    """One line a message."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[tuple[str, str]] = []

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show these, and tell of no more changes than there are."""
        lines = [(one.id, _line(one)) for one in messages]
        same = [one for one, _ in lines] == [one for one, _ in self._lines]
        before, self_lines = self._lines, lines
        if same:
            self._lines = self_lines
            for row, (old, new) in enumerate(zip(before, lines, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(row), self.index(row))
            return
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def message_id(self, row: int) -> str:
        """The id of the message in this row."""
        return self._lines[row][0] if 0 <= row < len(self._lines) else ""

    def row_of(self, message_id: str) -> int:
        """Where a message is, -1 when it is not."""
        return next((n for n, (one, _) in enumerate(self._lines) if one == message_id), -1)

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The line of a message."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._lines[index.row()][1]
        return None


class MessageList(QListView):
    """Signals: `message_chosen(str)` by a click or Enter."""

    message_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = MessageModel(self)
        self.setModel(self._model)
        self.setUniformItemSizes(True)
        self.setViewportMargins(tokens.GAP, 0, tokens.TIGHT, tokens.TIGHT)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName("Messages heard of last")
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show these; whoever was current stays so."""
        current = self._model.message_id(self.currentIndex().row())
        self._model.show_messages(messages)
        row = self._model.row_of(current)
        if row >= 0 and row != self.currentIndex().row():
            self.setCurrentIndex(self._model.index(row))

    def _choose(self, index: QModelIndex) -> None:
        found = self._model.message_id(index.row())
        if found:
            self.message_chosen.emit(found)


def _line(message: Message) -> str:
    task = message.task.rpartition(".")[2] or "task not known"
    where = f" · {message.queue}" if message.queue else ""
    words = f"{message.id}   {task}{where} · {state_words(message)[0]}"
    return f"{clock(message.began)}   {plain(words)}"
