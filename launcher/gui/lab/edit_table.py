"""A table whose cells are edited in place; what is wrong is said below it, and the cell stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from launcher.core.lab_error import LabError
from launcher.gui import tokens
from launcher.gui.lab.sentence import Sentence
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine

ROWS_SHOWN = 5


class EditTable(QWidget):
    """Subclasses fill it with `show_rows` and take changes by `edit`, `add_row` and `remove_row`.

    These may raise LabError: it is said below, and the table shows again what holds. Enter or F2
    edits, Insert adds, Delete removes.
    """

    def __init__(
        self, title: str, columns: Sequence[str], row_name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._filling = False
        self.title = TextLine(title, bold=True)
        self.table = _Table(0, len(columns))
        self.table.setHorizontalHeaderLabels(list(columns))
        self.table.setAccessibleName(title)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.setShowGrid(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.choices = _Choices(self.table)
        self.table.setItemDelegate(self.choices)
        self.add = Button("Add", name=f"Add a {row_name}", small=True)
        self.remove = Button("Remove", name=f"Remove the {row_name} chosen", small=True)
        self.error = Sentence(wrong=True)
        self.table.cellChanged.connect(self._edited)
        self.table.currentCellChanged.connect(self._chosen)
        self.table.insert_asked.connect(lambda: self._try(self.add_row))
        self.table.delete_asked.connect(self._remove)
        self.add.clicked.connect(lambda: self._try(self.add_row))
        self.remove.clicked.connect(self._remove)
        self._lay_out()

    def edit(self, row: int, column: int, text: str) -> None:
        """A cell was given another text."""
        raise NotImplementedError

    def add_row(self) -> None:
        """A row is wanted at the end."""
        raise NotImplementedError

    def remove_row(self, row: int) -> None:
        """A row is to go."""
        raise NotImplementedError

    def show_again(self) -> None:
        """Show what holds."""
        raise NotImplementedError

    def show_rows(self, rows: Sequence[Sequence[str]], fixed: Sequence[int] = ()) -> None:
        """Show these texts; columns that are `fixed` are not edited."""
        self._filling = True
        self.table.setRowCount(len(rows))
        for number, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = self.table.item(number, column)
                if item is None:
                    item = QTableWidgetItem()
                    if column in fixed:
                        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                    self.table.setItem(number, column, item)
                if item.text() != text:
                    item.setText(text)
                    item.setToolTip(text)
        self._filling = False
        self._chosen()
        self._fit(len(rows))

    def refuse(self, error: LabError | None) -> None:
        """Say what was wrong, or nothing any more."""
        self.error.say(f"{error.words} {error.remedy}".strip() if error else "")

    def _fit(self, rows: int) -> None:
        row = self.table.verticalHeader().defaultSectionSize()
        header = self.table.horizontalHeader().sizeHint().height()
        shown = max(2, min(rows, ROWS_SHOWN))
        self.table.setFixedHeight(header + shown * row + 10)

    def _edited(self, row: int, column: int) -> None:
        item = self.table.item(row, column)
        if not self._filling and item is not None:
            text = item.text()
            self._try(lambda: self.edit(row, column, text))

    def _remove(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self._try(lambda: self.remove_row(row))

    def _chosen(self) -> None:
        self.remove.setEnabled(0 <= self.table.currentRow() < self.table.rowCount())

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except LabError as error:
            self.show_again()
            self.refuse(error)
        else:
            self.show_again()
            self.refuse(None)

    def _lay_out(self) -> None:
        self.head = head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        head.addWidget(self.title, 1)
        head.addWidget(self.add)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        column.addWidget(self.table)
        column.addWidget(self.error)
        column.addStretch()


class _Table(QTableWidget):
    insert_asked = Signal()
    delete_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a list that is edited; Enter edits as F2 does."""
        if event.key() == Qt.Key.Key_Insert:
            self.insert_asked.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem():
            self.editItem(self.currentItem())
        else:
            super().keyPressEvent(event)


class _Choices(QStyledItemDelegate):
    """Columns that offer a few values instead of free text."""

    def __init__(self, table: QTableWidget) -> None:
        super().__init__(table)
        self.of_column: dict[int, Sequence[str]] = {}

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """A list to choose from, or the usual line."""
        offered = self.of_column.get(index.column())
        if offered is None:
            made = super().createEditor(parent, option, index)
            if isinstance(made, QLineEdit):
                made.setProperty("look", "bare")
            return made
        box = QComboBox(parent)
        box.addItems(list(offered))
        box.activated.connect(lambda _index: self._take(box))
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Show what the cell says."""
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data()))
        else:
            super().setEditorData(editor, index)

    def _take(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)
