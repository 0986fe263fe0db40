"""What outbox and inbox have in common: a list that is searched, and the chosen mail beside it."""

from __future__ import annotations

from typing import Generic

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.lists.entry_list import EntryList
from launcher.gui.mail.lists.mail_detail import MailDetail, Shown
from launcher.gui.mail.lists.pager import Pager, Question
from launcher.gui.mail.live_pane import LivePane
from launcher.mail import MailClient, MailRefused

SEARCH_MS = 250


class ListPane(LivePane, Generic[Shown]):
    """List and detail. A subclass says what is asked and takes in what a look found.

    Signals, beside those of LivePane: `queue_seen(object)` the Queue, at every look.
    """

    queue_seen = Signal(object)

    def __init__(
        self, name: str, client: MailClient, background: Background, detail: MailDetail[Shown]
    ) -> None:
        super().__init__()
        self._client = client
        self._background = background
        self.list = EntryList(name, "Looking for mails…", "They appear as soon as Django answers.")
        self._detail: MailDetail[Shown] = detail
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search subjects and recipients")
        self.search.setToolTip("Words of the subject or of a recipient (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(170)
        self.pager = Pager(self.list, background, self._question)
        typed = QTimer(self)
        typed.setSingleShot(True)
        typed.setInterval(SEARCH_MS)
        typed.timeout.connect(self.look)
        self.search.textChanged.connect(lambda _text: typed.start())
        self.list.chosen.connect(self._read)
        self.pager.failed.connect(self._failed)

    @property
    def words(self) -> str:
        """What is searched for, "" for nothing."""
        return self.search.text().strip()

    def look(self) -> None:
        """Ask how the list stands."""
        self.pager.look()

    def begin(self) -> None:
        """Look now and every second."""
        self.pager.begin()

    def end(self) -> None:
        """Stop looking."""
        self.pager.end()

    def _question(self) -> Question:
        raise NotImplementedError

    def _fetch(self, mail_id: int) -> Shown:
        """One mail of the list. Called on another thread."""
        raise NotImplementedError

    def _failed(self, error: Exception) -> None:
        self.list.empty.say("Nothing known yet", "Mails appear as soon as Django is ready.")
        self.unavailable.emit(str(error))

    def _read(self, mail_id: int) -> None:
        if mail_id != self._detail.mail_id:
            self._background.run(
                self, lambda: self._fetch(mail_id), self._show_chosen, self._not_read
            )

    def _show_chosen(self, mail: Shown) -> None:
        if mail.row.id == self.list.current:
            self._detail.show_mail(mail)

    def _not_read(self, error: Exception) -> None:
        if isinstance(error, MailRefused):
            self.notice_raised.emit(f"This mail cannot be shown: {error}")
        else:
            self.unavailable.emit(str(error))

    def _lay_out(self, top: QHBoxLayout, *between: QWidget) -> None:
        """Put a line of controls above, and what is `between` it and the list."""
        top.setSpacing(tokens.TIGHT + 2)
        split = QHBoxLayout()
        split.setSpacing(tokens.WIDE)
        split.addWidget(self.list, 4)
        split.addWidget(self._detail, 6)
        self.list.setMinimumWidth(260)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(top)
        for widget in between:
            column.addWidget(widget)
        column.addLayout(split, 1)
