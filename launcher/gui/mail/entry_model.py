"""The model below the outbox and inbox lists: entries in descending order of their ids."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from launcher.gui.mail.words import Entry

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

ENTRY = Qt.ItemDataRole.UserRole


class EntryModel(QAbstractListModel):
    """Takes whole lists and tells the view only what changed, so that a selection stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many entries; none below an entry."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words for readers and screen readers, and the Entry itself under ENTRY."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.title}, {entry.subtitle}, {entry.aside}"
        return None

    def entry(self, row: int) -> Entry:
        """The entry of a row."""
        return self._entries[row]

    def row_of(self, entry_id: int) -> int | None:
        """The row of an entry, None when it is not listed."""
        for row, entry in enumerate(self._entries):
            if entry.id == entry_id:
                return row
        return None

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these entries, given in descending order of their ids."""
        wanted = {entry.id for entry in entries}
        for row in range(len(self._entries) - 1, -1, -1):
            if self._entries[row].id not in wanted:
                self.beginRemoveRows(_ROOT, row, row)
                del self._entries[row]
                self.endRemoveRows()
        for row, entry in enumerate(entries):
            if row < len(self._entries) and self._entries[row].id == entry.id:
                if self._entries[row] != entry:
                    self._entries[row] = entry
                    self.dataChanged.emit(self.index(row), self.index(row))
            else:
                self.beginInsertRows(_ROOT, row, row)
                self._entries.insert(row, entry)
                self.endInsertRows()
