"""The bindings of the lab as a table: a queue, and its key or its arguments."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from launcher.core.lab import LabBinding
from launcher.core.lab_error import LabError
from launcher.core.lab_headers import parse_headers, shown_headers
from launcher.core.matching import ExchangeKind, HeaderMatch
from launcher.gui.lab.desk import LabDesk
from launcher.gui.lab.edit_table import EditTable

_WITHOUT_KEY = (ExchangeKind.FANOUT, ExchangeKind.DEFAULT)


class BindingTable(EditTable):
    """One row a binding; what its columns are goes by the exchange's kind."""

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        super().__init__("Bindings", ("Queue", "Binding key", "Match"), "binding", parent)
        self._desk = desk
        self.choices.of_column[2] = tuple(each.value for each in HeaderMatch)
        desk.lab_changed.connect(self.show_again)
        self.show_again()

    def show_again(self) -> None:
        """Show the lab's bindings."""
        lab = self._desk.lab
        headers = lab.exchange is ExchangeKind.HEADERS
        keyless = lab.exchange in _WITHOUT_KEY
        self.choices.of_column[0] = tuple(queue.name for queue in lab.queues)
        self.table.setColumnHidden(2, not headers)
        self.table.setHorizontalHeaderLabels(
            ["Queue", "Arguments" if headers else "Binding key", "Match"]
        )
        ours = lab.exchange is not ExchangeKind.DEFAULT
        self.table.setEnabled(ours)
        self.add.setEnabled(ours and bool(lab.queues))
        self.table.setColumnHidden(1, keyless)
        self.show_rows(
            [
                (
                    each.queue,
                    shown_headers(each.arguments) if headers else each.key,
                    each.match.value,
                )
                for each in lab.bindings
            ]
            if ours
            else [(queue.name, "", "") for queue in lab.queues]
        )
        self.remove.setEnabled(self.remove.isEnabled() and ours)

    def edit(self, row: int, column: int, text: str) -> None:
        """Take one field of one binding."""
        lab = self._desk.lab
        before = lab.bindings[row]
        match column:
            case 0:
                after = replace(before, queue=text)
            case 1 if lab.exchange is ExchangeKind.HEADERS:
                after = replace(before, arguments=parse_headers(text))
            case 1:
                after = replace(before, key=text)
            case _:
                after = replace(before, match=HeaderMatch(text))
        self._put(row, after)

    def add_row(self) -> None:
        """Bind the first queue that has no binding, else the first."""
        lab = self._desk.lab
        if not lab.queues:
            raise LabError("There is no queue to bind.", "Add one first.")
        bound = {each.queue for each in lab.bindings}
        free = [queue.name for queue in lab.queues if queue.name not in bound]
        self.bind((free or [lab.queues[0].name])[0])

    def bind(self, queue: str) -> None:
        """Add a binding to a queue, for its key to be written."""
        lab = self._desk.lab
        key = "" if lab.exchange is not ExchangeKind.TOPIC else "#"
        self._desk.change(replace(lab, bindings=(*lab.bindings, LabBinding(queue, key))))
        self.table.setCurrentCell(len(lab.bindings), 1)

    def remove_row(self, row: int) -> None:
        """Remove a binding."""
        lab = self._desk.lab
        self._desk.change(replace(lab, bindings=lab.bindings[:row] + lab.bindings[row + 1 :]))

    def _put(self, row: int, binding: LabBinding) -> None:
        lab = self._desk.lab
        after = (*lab.bindings[:row], binding, *lab.bindings[row + 1 :])
        self._desk.change(replace(lab, bindings=after))
