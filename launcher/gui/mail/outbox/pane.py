"""The outbox: every mail with its state, live while it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from launcher.gui.background import Background
from launcher.gui.mail.lists.list_pane import ListPane
from launcher.gui.mail.lists.pager import Question
from launcher.gui.mail.outbox.actions import MailActions
from launcher.gui.mail.outbox.detail import OutboxDetail, editable
from launcher.gui.mail.outbox.more_menu import MoreMenu
from launcher.gui.mail.words import STATE_TONES, Entry, outbox_entry
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.mail import Mail, MailClient, MailRefused, Page, Queue

FILTERS = (
    ("", "All"),
    ("DRAFT", "Drafts"),
    ("SCHEDULED", "Scheduled"),
    ("QUEUED", "Queued"),
    ("SENDING", "Sending"),
    ("RETRYING", "Retrying"),
    ("UNKNOWN", "May have arrived"),
    ("FAILED", "Failed"),
    ("CANCELLED", "Cancelled"),
    ("DELIVERED", "Delivered"),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look found beside the list."""

    queue: Queue
    mail: Mail | None


class OutboxPane(ListPane[Mail]):
    """List and detail.

    Signals, beside those of ListPane: `draft_asked(object)` a Mail to go on writing;
    `pause_asked()`; `logs_asked(int)` show the lines about this mail.
    """

    draft_asked = Signal(object)
    pause_asked = Signal()
    logs_asked = Signal(int)

    def __init__(self, client: MailClient, background: Background) -> None:
        detail = OutboxDetail()
        super().__init__("Outbox", client, background, detail)
        self.detail = detail
        self._state = ""
        self._wanted: int | None = None
        self.acts = MailActions(client, background, self.detail, self)
        self.more = MoreMenu(client, background, self)
        self.filters: dict[str, Segment] = {}
        self._group = QButtonGroup(self)
        top = QHBoxLayout()
        top.addWidget(self._filter_bar(), 1)
        top.addWidget(self.search, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        self._lay_out(top)
        self._connect()

    def show_mail(self, mail_id: int) -> None:
        """Choose a mail as soon as it is listed, as after it was sent."""
        self.filters[""].setChecked(True)
        self.search.clear()
        self._state = ""
        self._wanted = mail_id
        self.pager.look()

    def choose_state(self, state: str) -> None:
        """Show the mails of one state, all for ""."""
        self._state = state
        self.filters[state].setChecked(True)
        self.pager.look()

    def _question(self) -> Question:
        state, words, client = self._state, self.words, self._client
        chosen = self._wanted if self._wanted is not None else self.list.current
        same = self.detail.mail_id

        def fetch(after: int | None, limit: int) -> Page[Entry]:
            page = client.list(after=after, state=state, q=words, limit=limit)
            return Page(tuple(outbox_entry(row) for row in page.results), page.next)

        def rest(newest: tuple[int, ...]) -> _Seen:
            known = chosen is not None and (chosen in newest or chosen == same)
            wanted = chosen if known else next(iter(newest), None)
            return _Seen(client.queue(), None if wanted is None else _mail(client, wanted))

        return Question((state, words), fetch, rest)

    def _looked(self, seen: _Seen) -> None:
        self.unavailable.emit("")
        self.queue_seen.emit(seen.queue)
        self._show_counts(seen.queue)
        filtered = bool(self._state or self.words)
        heading = "No such mail" if filtered else "No mail yet"
        hint = "Choose another state or other words." if filtered else _EMPTY
        self.list.empty.say(heading, hint)
        if self._wanted is not None and self.list.choose(self._wanted):
            self._wanted = None
        if not self.list.model.rowCount():
            self.detail.clear()
        elif seen.mail is not None and seen.mail.row.id == self.list.current:
            self.detail.show_mail(seen.mail)

    def _show_counts(self, queue: Queue) -> None:
        self.more.show_queue(queue)
        for state, words in FILTERS:
            count = queue.counts.get(state, 0) if state else sum(queue.counts.values())
            seen = not state or bool(count) or state == self._state
            self.filters[state].say(f"{words} {count:,}")
            self.filters[state].setVisible(seen)

    def _fetch(self, mail_id: int) -> Mail:
        return self._client.get(mail_id)

    def _key(self, call: Callable[[Mail], None], allowed: Callable[[Mail], bool]) -> None:
        mail = self.detail.mail
        # Not while another one is chosen, whose detail has not come yet.
        if mail is not None and mail.row.id == self.list.current and allowed(mail):
            call(mail)

    def _connect(self) -> None:
        self.pager.looked.connect(self._looked)
        self.list.delete_asked.connect(lambda _id: self._key(self.acts.delete, lambda _mail: True))
        self.acts.moved.connect(self.show_mail)
        self.acts.gone.connect(self.look)
        self.acts.draft_asked.connect(self.draft_asked)
        self.acts.notice_raised.connect(self.notice_raised)
        self.more.done.connect(self.notice_raised)
        self.more.done.connect(lambda _words: self.pager.restart())
        self.more.failed.connect(self.notice_raised)
        self.more.pause_asked.connect(self.pause_asked)
        self.detail.logs_asked.connect(lambda mail: self.logs_asked.emit(mail.row.id))
        for keys, call, allowed in (
            ("Ctrl+R", self.acts.resend, lambda mail: mail.can.resend),
            ("Ctrl+E", self.acts.edit, editable),
            ("Ctrl+L", self.detail.logs_asked.emit, lambda mail: mail.row.state != "DRAFT"),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(partial(self._key, call, allowed))

    def _filter_bar(self) -> QWidget:
        filters = QWidget()
        flow = FlowLayout(filters)
        for state, words in FILTERS:
            segment = Segment(words, STATE_TONES[state] if state else None)
            segment.clicked.connect(partial(self.choose_state, state))
            segment.setVisible(not state)
            self._group.addButton(segment)
            self.filters[state] = segment
            flow.addWidget(segment)
        self.filters[""].setChecked(True)
        return filters


def _mail(client: MailClient, mail_id: int) -> Mail | None:
    """A mail, None when it is gone meanwhile."""
    try:
        return client.get(mail_id)
    except MailRefused:
        return None


_EMPTY = "Write one, and follow it here from the queue to the inbox."
