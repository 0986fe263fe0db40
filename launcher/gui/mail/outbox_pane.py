"""The outbox: every mail with its state, live while it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.entry_list import EntryList
from launcher.gui.mail.outbox_detail import OutboxDetail
from launcher.gui.mail.words import STATE_TONES, outbox_entry
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.mail import Mail, MailClient, MailRefused, MailRow, Page, Queue

POLL_MS = 1_000
PAGE = 50
MOST = 200

_FILTERS = (
    ("", "All"),
    ("QUEUED", "Queued"),
    ("RETRYING", "Retrying"),
    ("FAILED", "Failed"),
    ("DELIVERED", "Delivered"),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one look at the outbox asks for."""

    state: str
    words: str
    limit: int
    chosen: int | None


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at the outbox found."""

    asked: _Asked
    page: Page[MailRow]
    queue: Queue
    mail: Mail | None


class OutboxPane(QWidget):
    """List and detail.

    Signals: `queue_seen(object)` the Queue, at every look; `unavailable(str)` why the API could not
    be asked, "" when it can again; `notice_raised(str)`.
    """

    queue_seen = Signal(object)
    unavailable = Signal(str)
    notice_raised = Signal(str)

    def __init__(
        self, client: MailClient, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._background = background
        self._state = ""
        self._limit = PAGE
        self._looking = False
        self._again = False
        self._wanted: int | None = None
        self.list = EntryList(
            "Outbox", "Looking for mails…", "They appear as soon as Django answers."
        )
        self.detail = OutboxDetail()
        self.search = QLineEdit()
        self.filters: dict[str, Segment] = {}
        self._group = QButtonGroup(self)
        self._lay_out()
        self.list.chosen.connect(self._chosen)
        self.list.end_reached.connect(self._show_more)
        self.detail.resend_asked.connect(partial(self._act, client.resend))
        self.detail.cancel_asked.connect(partial(self._act, client.cancel))
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(200)
        self._typed.timeout.connect(self.look)
        self.search.textChanged.connect(lambda _text: self._typed.start())

    def show_mail(self, mail_id: int) -> None:
        """Choose a mail as soon as it is listed, as after it was sent."""
        self.filters[""].setChecked(True)
        self.search.clear()
        self._state = ""
        self._wanted = mail_id
        self.look()

    def look(self) -> None:
        """Ask how the outbox stands; a look that is under way is followed by another."""
        if self._looking:
            self._again = True
            return
        self._looking = True
        asked = _Asked(self._state, self.search.text().strip(), self._limit, self._focus())
        self._background.run(self, lambda: _look(self._client, asked), self._show, self._failed)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look every second."""
        super().showEvent(event)
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self._timer.stop()

    def _focus(self) -> int | None:
        return self._wanted if self._wanted is not None else self.list.current

    def _show(self, look: _Look) -> None:
        self._looking = False
        self.unavailable.emit("")
        self.queue_seen.emit(look.queue)
        self._show_counts(look.queue)
        asked = look.asked
        if (asked.state, asked.words) == (self._state, self.search.text().strip()):
            self._show_list(look)
        if look.mail is not None and look.mail.row.id == self.list.current:
            self.detail.show_mail(look.mail)
        self._look_again()

    def _show_list(self, look: _Look) -> None:
        filtered = bool(look.asked.state or look.asked.words)
        heading = "No such mail" if filtered else "No mail yet"
        hint = "Choose another state or other words." if filtered else _EMPTY
        self.list.empty.say(heading, hint)
        self.list.show_entries([outbox_entry(row) for row in look.page.results])
        if self._wanted is not None and self.list.choose(self._wanted):
            self._wanted = None
        if not look.page.results:
            self.detail.clear()

    def _failed(self, error: Exception) -> None:
        self._looking = False
        self.list.empty.say("Nothing known yet", "Mails appear as soon as Django is ready.")
        # A mail that is gone is no reason to say that nothing can be asked.
        self.unavailable.emit("" if isinstance(error, MailRefused) else str(error))
        self._look_again()

    def _look_again(self) -> None:
        if self._again:
            self._again = False
            self.look()

    def _show_counts(self, queue: Queue) -> None:
        for state, words in _FILTERS:
            count = queue.counts.get(state, 0) if state else sum(queue.counts.values())
            self.filters[state].say(f"{words} {count:,}")

    def _chosen(self, mail_id: int) -> None:
        if mail_id != self.detail.mail_id:
            self.look()

    def _show_more(self) -> None:
        if self._limit < MOST:
            self._limit = min(MOST, self._limit + PAGE)
            self.look()

    def _choose_state(self, state: str) -> None:
        self._state = state
        self._limit = PAGE
        self.look()

    def _act(self, action: Callable[[int], MailRow], mail_id: int) -> None:
        self._background.run(
            self,
            lambda: action(mail_id),
            lambda row: self.show_mail(row.id),
            lambda error: self.notice_raised.emit(str(error)),
        )

    def _lay_out(self) -> None:
        filters = QWidget()
        flow = FlowLayout(filters)
        for state, words in _FILTERS:
            segment = Segment(words, STATE_TONES[state] if state else None)
            segment.clicked.connect(partial(self._choose_state, state))
            self._group.addButton(segment)
            self.filters[state] = segment
            flow.addWidget(segment)
        self.filters[""].setChecked(True)
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search subjects and recipients")
        self.search.setToolTip("Words of the subject or of a recipient")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(170)
        top = QHBoxLayout()
        top.setSpacing(tokens.GAP)
        top.addWidget(filters, 1)
        top.addWidget(self.search)
        split = QHBoxLayout()
        split.setSpacing(tokens.WIDE)
        split.addWidget(self.list, 4)
        split.addWidget(self.detail, 6)
        self.list.setMinimumWidth(280)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(top)
        column.addLayout(split, 1)


def _look(client: MailClient, asked: _Asked) -> _Look:
    page = client.list(state=asked.state, q=asked.words, limit=asked.limit)
    queue = client.queue()
    listed = {row.id for row in page.results}
    chosen = asked.chosen if asked.chosen in listed else min(listed, default=None, key=lambda i: -i)
    return _Look(asked, page, queue, None if chosen is None else client.get(chosen))


_EMPTY = "Write one, and follow it here from the queue to the inbox."
