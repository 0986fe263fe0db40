"""A list of mails, and what stands there when it is empty."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedLayout, QVBoxLayout, QWidget

from launcher.gui.mail.entry_delegate import EntryDelegate
from launcher.gui.mail.entry_model import EntryModel
from launcher.gui.mail.words import Entry
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState


class EntryList(Card):
    """Shows entries, keeps the chosen one chosen.

    Signals: `chosen(int)` the id of the entry that is selected now; `end_reached()` the reader has
    scrolled to the last one.
    """

    chosen = Signal(int)
    end_reached = Signal()

    def __init__(self, name: str, heading: str, sentence: str) -> None:
        super().__init__()
        self.model = EntryModel(self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(EntryDelegate(self.view))
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setAccessibleName(name)
        self.view.setMouseTracking(True)
        self.view.setUniformItemSizes(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.viewport().setAutoFillBackground(False)
        self.empty = EmptyState(heading, sentence)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 4)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        column.addWidget(room)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        bar = self.view.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)

    @property
    def current(self) -> int | None:
        """The id of the chosen entry."""
        index = self.view.currentIndex()
        return self.model.entry(index.row()).id if index.isValid() else None

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; choose the first when none is chosen."""
        self.model.show(entries)
        self._stack.setCurrentWidget(self.view if entries else self.empty)
        if entries and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0))

    def choose(self, entry_id: int) -> bool:
        """Choose an entry; False when it is not listed."""
        row = self.model.row_of(entry_id)
        if row is None:
            return False
        self.view.setCurrentIndex(self.model.index(row))
        return True

    def _current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.model.entry(index.row()).id)

    def _scrolled(self, value: int) -> None:
        if value and value == self.view.verticalScrollBar().maximum():
            self.end_reached.emit()
