"""What became of each recipient of one mail."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QFrame, QListView, QWidget

from launcher.core.explain import Tone
from launcher.gui.mail.lists.entry_delegate import EntryDelegate
from launcher.gui.mail.lists.entry_model import ENTRY
from launcher.gui.mail.words import RECIPIENT_TONES, Entry, recipient_words
from launcher.mail import Recipient

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class RecipientModel(QAbstractListModel):
    """The recipients in their order, however many."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._all: tuple[Recipient, ...] = ()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many; none below one."""
        return 0 if parent.isValid() else len(self._all)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """An Entry under ENTRY, else its words."""
        if not index.isValid():
            return None
        one = self._all[index.row()]
        if role == ENTRY:
            tone = RECIPIENT_TONES.get(one.state, Tone.OFF)
            return Entry(index.row(), tone, one.address, recipient_words(one), one.state)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{one.address}, {one.state}, {recipient_words(one)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return recipient_words(one)
        return None

    def show(self, recipients: tuple[Recipient, ...]) -> None:
        """Show these; nothing moves when they are the same people."""
        if recipients == self._all:
            return
        same = [one.address for one in recipients] == [one.address for one in self._all]
        if same:
            self._all = recipients
            self.dataChanged.emit(self.index(0), self.index(len(recipients) - 1))
            return
        self.beginResetModel()
        self._all = recipients
        self.endResetModel()


class Recipients(QListView):
    """The list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.people = RecipientModel(self)
        self.setModel(self.people)
        self.setItemDelegate(EntryDelegate(self))
        self.setAccessibleName("Recipients and what became of each")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
