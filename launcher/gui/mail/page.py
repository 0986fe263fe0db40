"""The Mail page: puts writing, outbox, inbox and repeats together, says how the queue stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget

from launcher.core.explain import Tone, explain
from launcher.core.state import ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.compose.writing import UnsentFile
from launcher.gui.mail.inbox.pane import InboxPane
from launcher.gui.mail.outbox.pane import OutboxPane
from launcher.gui.mail.repeats.pane import RepeatsPane
from launcher.gui.mail.words import server_brief
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.segment import Segment
from launcher.gui.words import counted
from launcher.mail import Mail, Queue

DJANGO = "django"
COMPOSE, OUTBOX, INBOX, REPEATS = range(4)
UNSENT = "unsent-mail.json"


class MailPage(Page):
    """Four panes, one shown.

    Signals: `mail_server_asked()` the user wants to see or change the mail server;
    `logs_asked(int)` to see the lines about this mail.
    """

    mail_server_asked = Signal()
    logs_asked = Signal(int)

    def __init__(
        self, session: Session, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self.header = PageHeader("Mail")
        self.banner = Banner(Tone.TROUBLE, "")
        self.safe_mode = Banner(Tone.WAITING, "")
        self.start = Button("Start Django", small=True)
        self.go_on = Button("Go on sending", small=True)
        self.mail_server = Button("Mail server", name="Mail server: see or change it")
        unsent = UnsentFile(Path(session.home) / "data" / UNSENT)
        self.compose = ComposePane(session.mail, background, unsent)
        self.outbox = OutboxPane(session.mail, background)
        self.inbox = InboxPane(session.mail, background)
        self.repeats = RepeatsPane(session.mail, background)
        self.stack = QStackedWidget()
        self.tabs: list[Segment] = []
        self._group = QButtonGroup(self)
        self._not_ready = ""
        self._unavailable = ""
        self._paused = ""
        self._lay_out()
        self._connect()
        self.show_pane(OUTBOX)
        self.show_statuses(session.statuses())

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Say whether Django, which takes and keeps the mails, is ready."""
        specs = self._session.specs()
        status, spec = statuses[DJANGO], specs[DJANGO]
        titles = {name: one.title for name, one in specs.items()}
        words = explain(spec, status, self._session.now(), titles)
        self._not_ready = ""
        if not status.satisfies:
            self._unavailable = ""
            why = f"{words.headline.lower()}, {words.sentence}".rstrip(", .")
            self._not_ready = f"{spec.title} is not ready: {why}. What you write here is kept."
        self.start.setVisible(bool(self._not_ready) and words.can_start)
        self.compose.set_ready(ready=status.satisfies)
        self._say()

    def show_pane(self, pane: int) -> None:
        """Turn to writing, the outbox, the inbox or the repeats."""
        self.stack.setCurrentIndex(pane)
        self.tabs[pane].setChecked(True)
        if pane == COMPOSE:
            self.compose.begin()

    def write_new(self) -> None:
        """Go on writing."""
        self.show_pane(COMPOSE)

    def show_in_outbox(self, mail_id: int) -> None:
        """Show one mail in the outbox."""
        self.show_pane(OUTBOX)
        self.outbox.show_mail(mail_id)
        self.outbox.list.view.setFocus()

    def show_in_inbox(self, caught_id: int) -> None:
        """Show one mail in the inbox."""
        self.show_pane(INBOX)
        self.inbox.show_mail(caught_id)
        self.inbox.list.view.setFocus()

    def _open_draft(self, mail: Mail) -> None:
        self.show_pane(COMPOSE)
        self.compose.open_draft(mail)

    def _repeated(self) -> None:
        self.show_pane(REPEATS)
        self.repeats.look()
        # Else the keyboard would go to whatever comes first in the window.
        self.tabs[REPEATS].setFocus()

    def _queue_seen(self, queue: Queue) -> None:
        self._paused = f"Sending is paused. {queue.reason}".strip() if queue.paused else ""
        total = sum(queue.counts.values())
        under_way = sum(queue.counts.get(state, 0) for state in ("QUEUED", "SENDING", "RETRYING"))
        failed = queue.counts.get("FAILED", 0)
        parts = [counted(total, "mail")]
        parts += [f"{under_way:,} under way"] if under_way else []
        parts += [f"{failed:,} failed"] if failed else []
        self.header.summary.say(" · ".join(parts) if total else "")
        self._show_server(queue)
        self._say()

    def _show_server(self, queue: Queue) -> None:
        brief = server_brief(queue.server)
        self.mail_server.setText(f"Mail server: {brief}" if brief else "Mail server")
        self.mail_server.updateGeometry()
        name = f"Mail goes to {queue.server}" if queue.server else "Mail server"
        self.mail_server.setToolTip(f"{name}. See or change it.")
        self.mail_server.setAccessibleName(f"{name}. See or change it.")
        self.safe_mode.setVisible(bool(queue.safe_mode))
        self.safe_mode.say(
            Tone.WAITING, f"Safe mode: every mail goes to {queue.safe_mode} instead of its people."
        )

    def _unavailable_said(self, words: str) -> None:
        self._unavailable = words
        self._say()

    def _say(self) -> None:
        """The most basic trouble first: what follows from it needs no words of its own."""
        words = self._not_ready or self._unavailable or self._paused
        self.banner.setVisible(bool(words))
        self.banner.say(Tone.TROUBLE if words else Tone.WAITING, words)
        self.go_on.setVisible(words == self._paused and bool(words))

    def _pause(self, *, paused: bool) -> None:
        complaint = "Sending is not paused" if paused else "Sending does not go on"
        self._background.run(
            self,
            lambda: self._session.mail.set_paused(paused=paused),
            self._queue_seen,
            lambda error: self.notice_raised.emit(f"{complaint}: {error}"),
        )

    def _find(self) -> None:
        pane = self.stack.currentWidget()
        if isinstance(pane, OutboxPane | InboxPane):
            pane.search.setFocus()

    def _connect(self) -> None:
        self._group.idClicked.connect(self.show_pane)
        self.start.clicked.connect(lambda: self._session.start(DJANGO))
        self.go_on.clicked.connect(lambda: self._pause(paused=False))
        self.outbox.pause_asked.connect(lambda: self._pause(paused=True))
        self.mail_server.clicked.connect(self.mail_server_asked)
        self.compose.saved.connect(self.show_in_outbox)
        self.compose.repeated.connect(self._repeated)
        self.outbox.draft_asked.connect(self._open_draft)
        self.outbox.logs_asked.connect(self.logs_asked)
        self.inbox.outbox_asked.connect(self.show_in_outbox)
        for looking in (self.outbox, self.inbox):
            looking.queue_seen.connect(self._queue_seen)
        for pane in (self.outbox, self.inbox, self.repeats):
            pane.notice_raised.connect(self.notice_raised)
            pane.unavailable.connect(self._unavailable_said)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._find)
        for pane_number in range(4):
            turn = QShortcut(QKeySequence(f"Alt+{pane_number + 1}"), self)
            turn.activated.connect(lambda pane=pane_number: self.show_pane(pane))

    def _lay_out(self) -> None:
        self.header.add(self.mail_server)
        for pane, (text, tip) in enumerate(
            (
                ("Write", "Write a mail (Ctrl+N, Alt+1)"),
                ("Outbox", "What was sent, and how it stands (Alt+2)"),
                ("Inbox", "What the mail catcher caught (Alt+3)"),
                ("Repeats", "Mails that are sent again and again (Alt+4)"),
            )
        ):
            segment = Segment(text)
            segment.setToolTip(tip)
            self._group.addButton(segment, pane)
            self.tabs.append(segment)
            self.header.add(segment)
        for widget in (self.compose, self.outbox, self.inbox, self.repeats):
            self.stack.addWidget(widget)
        self.banner.add_button(self.start)
        self.banner.add_button(self.go_on)
        self.safe_mode.hide()
        page = QVBoxLayout(self)
        page.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        page.setSpacing(tokens.GAP)
        page.addWidget(self.header)
        page.addWidget(self.banner)
        page.addWidget(self.safe_mode)
        page.addWidget(self.stack, 1)
