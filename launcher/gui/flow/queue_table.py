"""The numbers of the queues that are drawn, and what can be done with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from launcher.core.flow_topology import QueueNumbers
from launcher.gui import tokens
from launcher.gui.flow.words import rate, whole
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.sparkline import Sparkline
from launcher.gui.widgets.text_line import TextLine

_HEADS = ("Queue", "Ready", "Unacked", "Consumers", "Publish/s", "Deliver/s", "Ack/s")
_NUMBER_WIDTH = 64
_NAME_WIDTH = 110


@dataclass(frozen=True, slots=True)
class QueueState:
    """One row. `held` says that nobody takes from it though somebody could: None where no worker
    is to take from it, as from dead letters."""

    numbers: QueueNumbers
    held: bool | None


class QueueTable(QScrollArea):
    """A row a queue, made anew only when the queues are others.

    Signals: `pause_asked(str)`, `resume_asked(str)`, `purge_asked(str)` for a queue.
    """

    pause_asked = Signal(str)
    resume_asked = Signal(str)
    purge_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows: dict[str, _Row] = {}
        self._make()

    def show_queues(self, states: Sequence[QueueState]) -> None:
        """Show the numbers as they are now."""
        if [state.numbers.name for state in states] != list(self.rows):
            self._make(states)
        for state in states:
            self.rows[state.numbers.name].show_state(state)

    def _make(self, states: Sequence[QueueState] = ()) -> None:
        inner = QWidget()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.TIGHT)
        grid.setVerticalSpacing(tokens.HAIR)
        grid.setColumnMinimumWidth(0, _NAME_WIDTH)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(len(_HEADS), 1)
        for column, head in enumerate(_HEADS if states else ()):
            line = TextLine(head, "soft", tokens.SMALL)
            if column:
                line.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(line, 0, column)
        self.rows = {}
        for number, state in enumerate(states, start=1):
            row = self.rows[state.numbers.name] = _Row(state.numbers.name, self)
            row.place(grid, number)
        column_of_rows = QVBoxLayout(inner)
        column_of_rows.setContentsMargins(tokens.WIDE, tokens.HAIR, tokens.GAP, tokens.HAIR)
        column_of_rows.addLayout(grid)
        column_of_rows.addStretch()
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)


class _Row:
    """The widgets of one queue."""

    def __init__(self, queue: str, table: QueueTable) -> None:
        self.name = TextLine(queue, bold=True)
        self.numbers = [TextLine("", width=_NUMBER_WIDTH) for _ in _HEADS[1:]]
        for line in self.numbers:
            line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.depth = Sparkline()
        self.depth.setAccessibleName(f"Depth of {queue}")
        self.hold = Button("Pause", name=f"Pause {queue}", small=True)
        self.purge = Button("Purge…", name=f"Purge {queue}", small=True)
        self._queue = queue
        self._held = False
        self._table = table
        self.hold.clicked.connect(self._hold_clicked)
        self.purge.clicked.connect(lambda: table.purge_asked.emit(queue))

    def place(self, grid: QGridLayout, row: int) -> None:
        """Put them into the grid."""
        widgets = (self.name, *self.numbers, self.depth, self.hold, self.purge)
        for column, widget in enumerate(widgets):
            grid.addWidget(widget, row, column)

    def show_state(self, state: QueueState) -> None:
        """Show the numbers."""
        n = state.numbers
        words = (
            *(whole(n.ready), whole(n.unacked), whole(n.consumers)),
            *(rate(n.published), rate(n.delivered), rate(n.acked)),
        )
        for line, text in zip(self.numbers, words, strict=True):
            line.say(text)
        self.depth.add(float(n.ready or 0))
        self._held = bool(state.held)
        word = "Resume" if self._held else "Pause"
        if self.hold.text() != word:
            self.hold.setText(word)
            self.hold.setAccessibleName(f"{word} {self._queue}")
        self.hold.setEnabled(state.held is not None)
        self.hold.setToolTip(
            "No worker takes from this queue."
            if state.held is None
            else "Workers take messages from it again."
            if self._held
            else "Workers take no more messages from it until you resume."
        )
        self.purge.setEnabled(bool(n.ready))

    def _hold_clicked(self) -> None:
        asked = self._table.resume_asked if self._held else self._table.pause_asked
        asked.emit(self._queue)
