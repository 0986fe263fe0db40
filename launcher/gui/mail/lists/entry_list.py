"""A list of mails, and what stands there when it is empty."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedLayout, QVBoxLayout, QWidget

from launcher.gui.mail.lists.entry_delegate import HEIGHT, EntryDelegate
from launcher.gui.mail.lists.entry_model import EntryModel
from launcher.gui.mail.words import Entry
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState


class EntryList(Card):
    """Shows entries; keeps the chosen one chosen and what is read in its place.

    Signals: `chosen(int)` the id of the entry that is selected now; `end_near()` the reader comes
    near the last one that is known; `top_asked()` newer ones, not shown yet, are wanted;
    `delete_asked(int)` by the Delete key.
    """

    chosen = Signal(int)
    end_near = Signal()
    top_asked = Signal()
    delete_asked = Signal(int)

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
        self.newer = Button("Show newer mails", small=True)
        self.newer.hide()
        self.newer.clicked.connect(self.top_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 4)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        column.addWidget(self.newer, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(room, 1)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.view.installEventFilter(self)

    @property
    def current(self) -> int | None:
        """The id of the chosen entry."""
        index = self.view.currentIndex()
        return self.model.entry(index.row()).id if index.isValid() else None

    @property
    def at_top(self) -> bool:
        """Whether the newest ones are seen."""
        return self.view.verticalScrollBar().value() < HEIGHT

    def stretch(self) -> tuple[int, int]:
        """The rows that are seen: the first, and how many."""
        first = self.view.verticalScrollBar().value() // HEIGHT
        return first, self.view.viewport().height() // HEIGHT + 2

    def restart(self, entries: Sequence[Entry]) -> None:
        """Begin anew with these, at the top; keep the chosen one if it is among them."""
        before = self.current
        self.model.restart(entries)
        self.newer.hide()
        self.view.scrollToTop()
        self._stack.setCurrentWidget(self.view if entries else self.empty)
        if before is None or not self.choose(before):
            self._choose_first()

    def take(self, entries: Sequence[Entry], after: int | None, *, last: bool) -> None:
        """Take in a page as the model does; what is read stays where it is."""
        bar = self.view.verticalScrollBar()
        row, shift = divmod(bar.value(), HEIGHT)
        known = bar.value() > 0 and row < self.model.rowCount()
        anchor = self.model.entry(row).id if known else None
        self.model.take(entries, after, last=last)
        moved = None if anchor is None else self.model.row_of(anchor)
        if moved is not None and moved != row:
            self.view.doItemsLayout()
            bar.setValue(moved * HEIGHT + shift)
        self._stack.setCurrentWidget(self.view if self.model.rowCount() else self.empty)
        if not self.view.currentIndex().isValid():
            self._choose_first()

    def choose(self, entry_id: int) -> bool:
        """Choose an entry; False when it is not listed."""
        row = self.model.row_of(entry_id)
        if row is None:
            return False
        self.view.setCurrentIndex(self.model.index(row))
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the list's Delete key; all else is the list's own."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            current = self.current
            if event.key() == Qt.Key.Key_Delete and current is not None:
                self.delete_asked.emit(current)
                return True
        return super().eventFilter(watched, event)

    def _choose_first(self) -> None:
        if self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(0))

    def _current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.model.entry(index.row()).id)

    def _scrolled(self, value: int) -> None:
        bar = self.view.verticalScrollBar()
        if value and value > bar.maximum() - 4 * bar.pageStep():
            self.end_near.emit()
