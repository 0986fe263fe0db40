"""The queues of the lab as a table: name, time to live, dead letters, and what waits."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QWidget

from launcher.core.lab import Lab, LabQueue
from launcher.core.lab_error import LabError
from launcher.gui.lab.desk import LabDesk
from launcher.gui.lab.edit_table import EditTable
from launcher.gui.widgets.button import Button

NONE = "–"
_NAME, _TTL, _DEAD, _WAITING = range(4)
_TIPS = {
    _TTL: "Time to live: milliseconds that a message may wait in the queue",
    _DEAD: "The queue that gets what was rejected or waited too long",
    _WAITING: "Messages that wait, without those in consumers' hands",
}


class QueueTable(EditTable):
    """One row a queue."""

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        columns = ("Queue", "TTL, ms", "Dead letters", "Waiting")
        super().__init__("Queues", columns, "queue", parent)
        header = self.table.horizontalHeader()
        for column, tip in _TIPS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
            self.table.model().setHeaderData(
                column, Qt.Orientation.Horizontal, tip, Qt.ItemDataRole.ToolTipRole
            )
        self._desk = desk
        self.empty = Button("Empty", name="Drop what waits in the queue chosen", small=True)
        self.empty.clicked.connect(self._purge)
        self.table.currentCellChanged.connect(self._allow_empty)
        self.head.insertWidget(1, self.empty)
        desk.lab_changed.connect(self.show_again)
        desk.waiting_changed.connect(self.show_again)
        desk.stands_changed.connect(self.show_again)
        self.show_again()

    def show_again(self) -> None:
        """Show the lab's queues."""
        lab = self._desk.lab
        self.choices.of_column[_DEAD] = (NONE, *(queue.name for queue in lab.queues))
        self.show_rows(
            [
                (
                    queue.name,
                    NONE if queue.ttl is None else str(queue.ttl),
                    queue.dead_letters_to or NONE,
                    str(self._desk.waiting.get(queue.name, 0)) if self._desk.open else NONE,
                )
                for queue in lab.queues
            ],
            fixed=(_WAITING,),
        )
        self._allow_empty()

    def edit(self, row: int, column: int, text: str) -> None:
        """Take one field of one queue."""
        lab = self._desk.lab
        before = lab.queues[row]
        text = text.strip()
        match column:
            case 0:
                after = replace(before, name=text)
            case 1:
                after = replace(before, ttl=milliseconds(text))
            case _:
                after = replace(before, dead_letters_to="" if text == NONE else text)
        self._desk.change(lab.with_queue_renamed(before.name, after))

    def add_row(self) -> None:
        """Add a queue under a free name."""
        lab = self._desk.lab
        name = free_name("queue", [queue.name for queue in lab.queues])
        self._desk.change(replace(lab, queues=(*lab.queues, LabQueue(name))))
        self.table.setCurrentCell(len(lab.queues), _NAME)

    def remove_row(self, row: int) -> None:
        """Remove a queue and what leads to it."""
        lab: Lab = self._desk.lab
        self._desk.change(lab.without_queue(lab.queues[row].name))

    def _purge(self) -> None:
        self._desk.purge(self._desk.lab.queues[self.table.currentRow()].name)

    def _allow_empty(self) -> None:
        chosen = 0 <= self.table.currentRow() < len(self._desk.lab.queues)
        self.empty.setEnabled(self._desk.open and chosen)


def milliseconds(text: str) -> int | None:
    """A number of milliseconds, None for nothing. Raises LabError."""
    if text in ("", NONE):
        return None
    digits = text.replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise LabError(f"“{text[:20]}” is no number of milliseconds.", "5000 is five seconds.")
    return int(digits)


def free_name(begin: str, taken: list[str]) -> str:
    """The first name of its kind that is free."""
    number = 1
    while f"{begin}-{number}" in taken:
        number += 1
    return f"{begin}-{number}"
