"""The list of tasks: filtered, searched, live while it is seen, with the chosen one beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from launcher.core.tasks import Task, TaskState
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.lists.entry_list import EntryList
from launcher.gui.mail.lists.list_pane import SEARCH_MS
from launcher.gui.mail.lists.pager import Pager, Question
from launcher.gui.mail.live_pane import LivePane
from launcher.gui.mail.words import Entry
from launcher.gui.session import Session
from launcher.gui.tasks.detail import TaskDetail
from launcher.gui.tasks.watching import Watching
from launcher.gui.tasks.words import FILTERS, TONES, mail_of, task_entry
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.mail import Mail, MailRefused, MailRow, MailUnavailable, Page
from launcher.runtime.task_history import TaskRow, Wanted

_NO_PAGE: Page[Entry] = Page((), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found beside the list: how many tasks are in which state, and the chosen one.

    `found` is the id of the task that was to be chosen, None while it was not heard of.
    """

    found: str | None
    counts: Mapping[TaskState, int]
    number: int | None
    task: Task | None
    mail: Mail | None


class TaskListPane(LivePane):
    """List and detail.

    Signals, beside those of LivePane: `looked()` after each look.
    """

    looked = Signal()

    def __init__(self, session: Session, background: Background) -> None:
        super().__init__()
        self._session = session
        self._watching = Watching(session)
        self._background = background
        self._states: frozenset[TaskState] = frozenset()
        self._wanted: str | None = None
        self.list = EntryList("Tasks", "Looking for tasks…", _BEFORE)
        self.list.newer.setText("Show newer tasks")
        self.detail = TaskDetail()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search names, ids, arguments, workers and results")
        self.search.setToolTip("Name, id, arguments, worker, result or exception (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(170)
        self.ticks = QCheckBox("Beat's ticks")
        self.ticks.setAccessibleName("Show beat's ticks")
        self.ticks.setToolTip("Also show the tasks that beat publishes again and again")
        self.filters: list[Segment] = []
        self._group = QButtonGroup(self)
        self.pager = Pager(self.list, background, self._question)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(SEARCH_MS)
        self._lay_out()
        self._connect()

    def look(self) -> None:
        """Ask how the list stands."""
        self.pager.look()

    def begin(self) -> None:
        """Look now and every second; have workers asked meanwhile."""
        self._watching.begin()
        self.pager.begin()

    def end(self) -> None:
        """Stop looking."""
        self._watching.end()
        self.pager.end()

    def choose_filter(self, number: int) -> None:
        """Show the tasks of one of FILTERS."""
        self._states = FILTERS[number][1]
        self.filters[number].setChecked(True)
        self.pager.look()

    def show_task(self, task_id: str) -> None:
        """Choose a task as soon as it is listed, as after it was published."""
        self.search.clear()
        self._wanted = task_id
        self.choose_filter(0)

    def _question(self) -> Question:
        tasks, client = self._session.tasks, self._session.mail
        history = tasks.history
        ticks = frozenset() if self.ticks.isChecked() else _ticks(self._session)
        wanted = Wanted(self._states, self.search.text().strip(), ticks)
        chosen, wanted_id = self.list.current, self._wanted

        def fetch(after: int | None, limit: int) -> Page[Entry]:
            if history is None:
                return _NO_PAGE
            rows = history.rows(wanted, after, limit)
            mails = _mails(self._session, rows)
            entries = tuple(
                task_entry(row, mails.get(mail_of(row.name, row.args) or 0)) for row in rows
            )
            return Page(entries, rows[-1].number if len(rows) == limit else None)

        def rest(newest: tuple[int, ...]) -> Seen:
            if history is None:
                return Seen(None, {}, None, None, None)
            asked = history.number_of(wanted_id) if wanted_id else None
            number = asked or chosen or next(iter(newest), None)
            task = None if number is None else history.get(number)
            mail_id = None if task is None else mail_of(task.name, task.args)
            mail = None
            if mail_id is not None:
                try:
                    mail = client.get(mail_id)
                except (MailRefused, MailUnavailable):
                    mail = None
            return Seen(wanted_id if asked else None, history.counts(ticks), number, task, mail)

        return Question((wanted, history is None), fetch, rest)

    def _looked(self, seen: Seen) -> None:
        self.unavailable.emit("")
        self._show_counts(seen.counts)
        filtered = bool(self._states or self.search.text().strip())
        self.list.empty.say(*(_NO_SUCH if filtered else _NONE_YET))
        if self._session.tasks.history is None:
            self.list.empty.say("Nothing known yet", _BEFORE)
        # A look that began before it was wanted, or heard of, found another one.
        if self._wanted is not None and seen.found == self._wanted and seen.number is not None:
            if self.list.choose(seen.number):
                self._wanted = None
            elif seen.task is not None and seen.task.name in _ticks(self._session):
                self.ticks.setChecked(True)
        if not self.list.model.rowCount():
            self.detail.clear()
        elif seen.task and seen.number is not None and seen.number == self.list.current:
            self.detail.show_task(seen.number, seen.task, seen.mail)
        self.looked.emit()

    def _chosen(self, number: int) -> None:
        if number != self.detail.number:
            self.pager.look()

    def _show_counts(self, counts: Mapping[TaskState, int]) -> None:
        for segment, (words, states, _tone) in zip(self.filters, FILTERS, strict=True):
            chosen = [n for state, n in counts.items() if not states or state in states]
            segment.say(f"{words} {sum(chosen):,}")
            segment.setVisible(not states or bool(sum(chosen)) or states == self._states)

    def _connect(self) -> None:
        self._typed.timeout.connect(self.look)
        self.search.textChanged.connect(lambda _text: self._typed.start())
        self.ticks.toggled.connect(lambda _on: self.look())
        self.list.chosen.connect(self._chosen)
        self.pager.looked.connect(self._looked)
        self.pager.failed.connect(lambda error: self.unavailable.emit(str(error)))
        for keys, button in (("Ctrl+R", self.detail.again), ("Ctrl+E", self.detail.edit)):
            QShortcut(QKeySequence(keys), self).activated.connect(button.click)
        self.list.delete_asked.connect(lambda _number: self.detail.revoke.click())

    def _lay_out(self) -> None:
        bar = QWidget()
        flow = FlowLayout(bar)
        for number, (words, states, tone) in enumerate(FILTERS):
            segment = Segment(words, TONES[tone] if tone else None)
            segment.clicked.connect(partial(self.choose_filter, number))
            segment.setVisible(not states)
            self._group.addButton(segment, number)
            self.filters.append(segment)
            flow.addWidget(segment)
        self.filters[0].setChecked(True)
        top = QHBoxLayout()
        top.setSpacing(tokens.TIGHT + 2)
        top.addWidget(bar, 1)
        top.addWidget(self.ticks, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.search, 0, Qt.AlignmentFlag.AlignTop)
        self.ticks.setFixedHeight(tokens.CONTROL_HEIGHT)
        split = QHBoxLayout()
        split.setSpacing(tokens.WIDE)
        split.addWidget(self.list, 5)
        split.addWidget(self.detail, 6)
        self.list.setMinimumWidth(280)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(top)
        column.addLayout(split, 1)


def _ticks(session: Session) -> frozenset[str]:
    return frozenset(entry.task for entry in session.tasks.following.schedule)


def _mails(session: Session, rows: Sequence[TaskRow]) -> Mapping[int, MailRow]:
    """The rows of the mails that these tasks woke up, as far as one page of the outbox has them."""
    ids = [mail_id for row in rows if (mail_id := mail_of(row.name, row.args)) is not None]
    if not ids:
        return {}
    try:
        page = session.mail.list(after=max(ids) + 1, limit=100)
    except (MailRefused, MailUnavailable):
        return {}
    return {row.id: row for row in page.results}


_BEFORE = "Tasks are followed from the first ready worker on."
_NONE_YET = ("No task yet", "Send a mail, or run a task: it shows here.")
_NO_SUCH = ("No such task", "Choose another state or other words.")
