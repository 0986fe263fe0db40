"""The model below the mail lists: the entries read so far, in descending order of their ids."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from launcher.gui.mail.words import Entry

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

ENTRY = Qt.ItemDataRole.UserRole


class EntryModel(QAbstractListModel):
    """Takes a list page by page and tells the view only what changed, so that a selection stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many entries were read; none below an entry."""
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
        """The row of an entry, None when it was not read."""
        row = self._first_below(entry_id + 1)
        found = row < len(self._entries) and self._entries[row].id == entry_id
        return row if found else None

    def restart(self, entries: Sequence[Entry]) -> None:
        """Begin anew with these, as when another list is asked for."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def take(self, entries: Sequence[Entry], after: int | None, *, last: bool) -> None:
        """Take in one page: all entries below the id `after` (from the newest on when None).

        They reach down to the last of them, or to the end of the list when it is the `last` page.
        What the model knew of that stretch and the page does not have is gone.
        """
        first = 0 if after is None else self._first_below(after)
        end = len(self._entries) if last else first
        if entries and not last:
            end = max(first, self._first_below(entries[-1].id))
        self._keep({entry.id for entry in entries}, first, end)
        self._put(entries, first)

    def _keep(self, wanted: set[int], first: int, end: int) -> None:
        """Remove what is not wanted between two rows, in runs, from the end on."""
        while end > first:
            begin = end
            while begin > first and self._entries[begin - 1].id not in wanted:
                begin -= 1
            if begin < end:
                self.beginRemoveRows(_ROOT, begin, end - 1)
                del self._entries[begin:end]
                self.endRemoveRows()
            end = begin - 1

    def _put(self, entries: Sequence[Entry], row: int) -> None:
        """Walk along, changing what is known and inserting what is new, in runs."""
        number = 0
        while number < len(entries):
            entry = entries[number]
            if row < len(self._entries) and self._entries[row].id == entry.id:
                if self._entries[row] != entry:
                    self._entries[row] = entry
                    self.dataChanged.emit(self.index(row), self.index(row))
                number, row = number + 1, row + 1
                continue
            known = self._entries[row].id if row < len(self._entries) else -1
            stop = number + 1
            while stop < len(entries) and entries[stop].id > known:
                stop += 1
            run = entries[number:stop]
            self.beginInsertRows(_ROOT, row, row + len(run) - 1)
            self._entries[row:row] = run
            self.endInsertRows()
            number, row = stop, row + len(run)

    def _first_below(self, entry_id: int) -> int:
        """The first row whose id is below this one."""
        return bisect_left(self._entries, -entry_id + 1, key=lambda entry: -entry.id)
