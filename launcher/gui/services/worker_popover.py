"""The workers' pool, by one choice, and how many of them there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.services.change_popover import ChangePopover
from launcher.gui.session import Settings
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import counted
from launcher.live_settings import Values
from launcher.settings import POOLS
from launcher.settings.reading import MOST_WORKERS

WORDS = {
    "eventlet": "Green threads, hundreds in one process. The tutorial's pool.",
    "threads": "Threads of the system in one process. The plainest that sends side by side.",
    "solo": "One mail at a time, in the worker's own process. Easy to follow.",
    "gevent": "Green threads, as eventlet, by another package.",
    "prefork": "A process each. Celery's usual pool; takes the most memory.",
}


class WorkerPopover(ChangePopover):
    """`missing` says of a pool what it lacks on this machine, "" when it can be used."""

    def __init__(
        self,
        settings: Settings,
        background: Background,
        titles: Mapping[str, str],
        missing: Callable[[str], str],
        parent: QWidget,
    ) -> None:
        super().__init__(settings, background, titles, parent)
        self._missing = missing
        self.setAccessibleName("Workers")
        self._group = QButtonGroup(self)
        self.pools: dict[str, Segment] = {}
        self.apply = Button("Use it", kind="primary", small=True)
        self.apply.clicked.connect(self._use_pool)
        workers = settings.now.workers
        self.add = Button("Add a worker", small=True)
        self.add.setEnabled(workers < MOST_WORKERS)
        self.add.clicked.connect(lambda: self._have(workers + 1))
        last = f"Worker {workers}"
        self.remove = Button(f"Remove {last}", small=True)
        self.remove.setVisible(workers > 1)
        self.remove.clicked.connect(lambda: self._have(workers - 1))
        self._lay_out(workers)
        self._show_choice()

    @property
    def chosen(self) -> str:
        """The pool that is marked."""
        return next((pool for pool, one in self.pools.items() if one.isChecked()), "")

    def _show_choice(self) -> None:
        pool = self.chosen
        changed = pool != self._settings.now.pool
        self.apply.setVisible(changed)
        self.apply.setText(f"Use {pool}")
        self.apply.setAccessibleName(self.apply.text())
        self.apply.updateGeometry()
        words = WORDS[pool]
        if changed:
            finish = "What they have in hand is finished first."
            words = f"{words}\n{self.restart_words(self._values())} {finish}"
        self.say(words)

    def _values(self) -> Values:
        return {("pool",): self.chosen}

    def _use_pool(self) -> None:
        self.change(self._values(), f"The workers now use {self.chosen}.")

    def _have(self, workers: int) -> None:
        more = workers > self._settings.now.workers
        number = workers if more else workers + 1
        does = "is added: all take mails from one queue" if more else "stops and goes"
        self.change({("workers",): workers}, f"Worker {number} {does}.")

    def _lay_out(self, workers: int) -> None:
        self.body.addWidget(TextLine("Pool", bold=True))
        choices = QWidget()
        flow = FlowLayout(choices)
        for pool in POOLS:
            segment = Segment(pool, small=True)
            lacks = self._missing(pool)
            segment.setEnabled(not lacks)
            segment.setToolTip(lacks)
            segment.setAccessibleDescription(lacks or WORDS[pool])
            segment.setChecked(pool == self._settings.now.pool)
            segment.clicked.connect(self._show_choice)
            self._group.addButton(segment)
            self.pools[pool] = segment
            flow.addWidget(segment)
        self.body.addWidget(choices)
        self.body.addWidget(self.message)
        lacking = [f"{pool}: {lacks}" for pool in POOLS if (lacks := self._missing(pool))]
        if lacking:
            self.body.addWidget(TextLine(" · ".join(lacking), "faint", tokens.SMALL))
        use = QHBoxLayout()
        use.addStretch()
        use.addWidget(self.apply)
        self.body.addLayout(use)
        below = QHBoxLayout()
        below.setSpacing(tokens.TIGHT)
        below.addWidget(TextLine(counted(workers, "worker"), bold=True), 1)
        below.addWidget(self.remove)
        below.addWidget(self.add)
        self.body.addLayout(below)
