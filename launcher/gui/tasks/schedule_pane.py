"""Beat's schedule: what comes when, and *run now*."""

from __future__ import annotations

import json
import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from launcher.core.tasks_schedule import Entry
from launcher.gui import tokens
from launcher.gui.session import Session
from launcher.gui.tasks.live_column import LiveColumn
from launcher.gui.tasks.run_sheet import Call
from launcher.gui.tasks.words import schedule_line
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_line import TextLine

_DEFAULT_QUEUE = "celery"


class SchedulePane(LiveColumn):
    """One card an entry.

    Signals, beside those of LivePane: `run_asked(object)` the Call of an entry.
    """

    run_asked = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(
            session, "Beat has told no schedule yet", "It does at its first tick. Start Beat."
        )
        self.cards: dict[str, EntryCard] = {}

    def look(self) -> None:
        """Show the schedule as beat told it last."""
        self.unavailable.emit("")
        entries = {entry.name: entry for entry in self._session.tasks.following.schedule}
        for name in [*self.cards]:
            if name not in entries:
                gone = self.cards.pop(name)
                gone.hide()
                gone.deleteLater()
        now = time.time()
        for name, entry in entries.items():
            if name not in self.cards:
                card = self.cards[name] = EntryCard()
                card.run_asked.connect(self.run_asked)
                self.column.addWidget(card)
            self.cards[name].show_entry(entry, now)
        self._show(any_there=bool(entries))


class EntryCard(Card):
    """Shows one entry.

    Signals: `run_asked(object)` its Call.
    """

    run_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._entry = Entry("", "")
        self.title = TextLine("", bold=True)
        self.what = TextLine("", "soft")
        self.when = TextLine("", "soft", tokens.SMALL)
        self.run = Button("Run now", small=True)
        self.run.clicked.connect(lambda: self.run_asked.emit(call_of_entry(self._entry)))
        words = QVBoxLayout()
        words.setSpacing(2)
        for line in (self.title, self.what, self.when):
            words.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        row.addLayout(words, 1)
        row.addWidget(self.run)

    def show_entry(self, entry: Entry, now: float) -> None:
        """Show it as it stands at a time, in seconds since the epoch."""
        self._entry = entry
        self.title.say(entry.name)
        every = entry.every.removeprefix("freq: ")
        self.what.say(f"{entry.task} · every {every}" if every != entry.every else _said(entry))
        self.when.say(schedule_line(entry, now))
        self.run.setAccessibleName(f"Run {entry.name} now")


def _said(entry: Entry) -> str:
    return f"{entry.task} · {entry.every}".rstrip(" ·")


def call_of_entry(entry: Entry) -> Call:
    """What beat publishes for an entry."""
    return Call(
        entry.task,
        json.dumps([*entry.args]),
        json.dumps({**entry.kwargs}),
        entry.queue or _DEFAULT_QUEUE,
    )
