"""One worker: its pool, its load, its queues, and what can be changed while it runs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from launcher.core.tasks_workers import WorkerView
from launcher.gui import theme, tokens
from launcher.gui.tasks.words import load_line, worker_line
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.text_line import TextLine


class WorkerCard(Card):
    """Shows one WorkerView.

    Signals: `resize_asked(int)` so many tasks more, or fewer, at once; `shutdown_asked()`;
    `leave_asked(str)` and `take_asked(str)` no longer, or again, to take from a queue.
    """

    resize_asked = Signal(int)
    shutdown_asked = Signal()
    leave_asked = Signal(str)
    take_asked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.title = TextLine(name, bold=True)
        self.line = TextLine("", "soft", tokens.SMALL)
        self.load = TextLine("", width=200)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName(f"Load of {name}")
        self.shrink = Button("−1", name="Execute one task fewer at once", small=True)
        self.grow = Button("+1", name="Execute one task more at once", small=True)
        self.stop = Button("Shut down", name=f"Shut down {name}", small=True)
        self.tasks = QLabel("")
        self.tasks.setWordWrap(True)
        self.tasks.setFont(theme.font(tokens.SMALL))
        self.tasks.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._queues = QWidget()
        self._flow = FlowLayout(self._queues)
        self._known: set[str] = set()
        self._shown: WorkerView | None = None
        self._lay_out()
        self.shrink.clicked.connect(lambda: self.resize_asked.emit(-1))
        self.grow.clicked.connect(lambda: self.resize_asked.emit(1))
        self.stop.clicked.connect(self.shutdown_asked)

    def show_worker(self, view: WorkerView) -> None:
        """Show it as it answered last."""
        self.line.say(worker_line(view))
        self.load.say(load_line(view))
        self.bar.setValue(round(100 * view.load))
        fixed = f"The {view.pool} pool cannot be resized while it runs: change the setting."
        for button, words in (
            (self.shrink, "Execute one task fewer at once"),
            (self.grow, "Execute one task more at once"),
        ):
            button.setToolTip(words if view.grows else fixed)
            button.setEnabled(view.grows)
        self.shrink.setEnabled(view.grows and view.size > 1)
        if self._shown is None or view.tasks != self._shown.tasks:
            self.tasks.setText("Knows " + ", ".join(view.tasks))
        if self._shown is None or view.queues != self._shown.queues:
            self._show_queues(view)
        self._shown = view

    def _show_queues(self, view: WorkerView) -> None:
        self._known |= set(view.queues)
        while item := self._flow.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for queue in sorted(self._known):
            takes = queue in view.queues
            words = f"Pause {queue}" if takes else f"Take from {queue} again"
            button = Button(words, icon="pause" if takes else "resend", small=True)
            button.setToolTip(
                f"It takes from the queue {queue}; paused, the queue fills."
                if takes
                else f"It takes nothing from the queue {queue} now."
            )
            signal = self.leave_asked if takes else self.take_asked
            button.clicked.connect(partial(signal.emit, queue))
            self._flow.addWidget(button)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        head.addWidget(self.title, 1)
        for button in (self.shrink, self.grow, self.stop):
            head.addWidget(button)
        load = QHBoxLayout()
        load.setSpacing(tokens.GAP)
        load.addWidget(self.load)
        load.addWidget(self.bar, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.WIDE)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        column.addWidget(self.line)
        column.addLayout(load)
        column.addWidget(self._queues)
        column.addWidget(self.tasks)
