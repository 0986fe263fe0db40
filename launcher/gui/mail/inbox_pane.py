"""The inbox: what the mail catcher caught, newest first, live while it is seen."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.entry_list import EntryList
from launcher.gui.mail.inbox_detail import InboxDetail
from launcher.gui.mail.words import inbox_entry
from launcher.mail import InboxMail, InboxRow, MailClient, MailRefused, Page

POLL_MS = 1_000
PAGE = 50
MOST = 200


class InboxPane(QWidget):
    """List and detail.

    Signals: `unavailable(str)` why the API could not be asked, "" when it can again;
    `outbox_asked(int)` a mail of the outbox to show; `notice_raised(str)`.
    """

    unavailable = Signal(str)
    outbox_asked = Signal(int)
    notice_raised = Signal(str)

    def __init__(
        self, client: MailClient, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._background = background
        self._limit = PAGE
        self._looking = False
        self.list = EntryList(
            "Inbox", "Looking for mails…", "They appear as soon as Django answers."
        )
        self.detail = InboxDetail()
        self.list.chosen.connect(self._read)
        self.list.end_reached.connect(self._show_more)
        self.detail.outbox_asked.connect(self.outbox_asked)
        self.detail.delete_asked.connect(self._delete)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)
        split = QHBoxLayout(self)
        split.setContentsMargins(0, 0, 0, 0)
        split.setSpacing(tokens.WIDE)
        split.addWidget(self.list, 4)
        split.addWidget(self.detail, 6)
        self.list.setMinimumWidth(280)

    def look(self) -> None:
        """Ask what was caught; one question at a time."""
        if self._looking:
            return
        self._looking = True
        limit = self._limit
        self._background.run(
            self, lambda: self._client.inbox(limit=limit), self._show, self._failed
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look every second."""
        super().showEvent(event)
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self._timer.stop()

    def _show(self, page: Page[InboxRow]) -> None:
        self._looking = False
        self.unavailable.emit("")
        self.list.empty.say("Nothing caught yet", _EMPTY)
        self.list.show_entries([inbox_entry(row) for row in page.results])
        if not page.results:
            self.detail.clear()

    def _failed(self, error: Exception) -> None:
        self._looking = False
        self.list.empty.say("Nothing known yet", "Mails appear as soon as Django is ready.")
        self.unavailable.emit(str(error))

    def _read(self, caught_id: int) -> None:
        if caught_id != self.detail.caught_id:
            self._background.run(
                self, lambda: self._client.inbox_mail(caught_id), self._show_mail, self._not_read
            )

    def _show_mail(self, mail: InboxMail) -> None:
        if mail.row.id == self.list.current:
            self.detail.show_mail(mail)

    def _not_read(self, error: Exception) -> None:
        if isinstance(error, MailRefused):
            self.notice_raised.emit(f"This mail cannot be shown: {error}")
        else:
            self.unavailable.emit(str(error))

    def _show_more(self) -> None:
        if self._limit < MOST:
            self._limit = min(MOST, self._limit + PAGE)
            self.look()

    def _delete(self, caught_id: int) -> None:
        self._background.run(
            self,
            lambda: self._client.delete_inbox(caught_id),
            lambda _none: self.look(),
            lambda error: self.notice_raised.emit(f"This mail was not deleted: {error}"),
        )


_EMPTY = "What the mail catcher takes lands here and does not leave this computer."
