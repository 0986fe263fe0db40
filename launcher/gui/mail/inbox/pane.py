"""The inbox: what the mail catcher caught, newest first, live while it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.inbox.chaos_control import ChaosControl
from launcher.gui.mail.inbox.detail import InboxDetail
from launcher.gui.mail.inbox.release_sheet import ReleaseSheet
from launcher.gui.mail.lists.entry_list import EntryList
from launcher.gui.mail.lists.pager import Pager, Question
from launcher.gui.mail.words import Entry, chaos_sentence, inbox_entry
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Chaos, InboxMail, MailClient, MailRefused, Page, Queue

SEARCH_MS = 250


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look found beside the list."""

    chaos: Chaos
    queue: Queue
    kept: int | None


class InboxPane(QWidget):
    """List and detail.

    Signals: `unavailable(str)` why the API could not be asked, "" when it can again;
    `outbox_asked(int)` a mail of the outbox to show; `notice_raised(str)`; `queue_seen(object)`
    the Queue.
    """

    unavailable = Signal(str)
    outbox_asked = Signal(int)
    notice_raised = Signal(str)
    queue_seen = Signal(object)

    def __init__(
        self, client: MailClient, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._background = background
        self._queue = Queue({}, paused=False, reason="")
        self.list = EntryList(
            "Inbox", "Looking for mails…", "They appear as soon as Django answers."
        )
        self.detail = InboxDetail()
        self.search = QLineEdit()
        self.chaos = ChaosControl()
        self.delete_all = Button("Delete all…", name="Delete all caught mails")
        self.cap = TextLine("", "soft", tokens.SMALL)
        self.warning = Banner(Tone.TROUBLE, "")
        self.behave = Button("Behave well", name="Let the catcher behave well again", small=True)
        self.pager = Pager(self.list, background, self._question)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(SEARCH_MS)
        self._lay_out()
        self._connect()

    def look(self) -> None:
        """Ask what was caught."""
        self.pager.look()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look every second."""
        super().showEvent(event)
        self.pager.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self.pager.end()

    def _question(self) -> Question:
        words, client = self.search.text().strip(), self._client
        kept: list[int | None] = [None]

        def fetch(after: int | None, limit: int) -> Page[Entry]:
            page = client.inbox(after=after, limit=limit, q=words)
            kept[0] = page.kept
            return Page(tuple(inbox_entry(row) for row in page.results), page.next, page.kept)

        def rest(_newest: tuple[int, ...]) -> _Seen:
            return _Seen(client.chaos(), client.queue(), kept[0])

        return Question(words, fetch, rest)

    def _looked(self, seen: _Seen) -> None:
        self.unavailable.emit("")
        self.queue_seen.emit(seen.queue)
        self._queue = seen.queue
        self.detail.set_release(seen.queue.release_to)
        self._show_chaos(seen.chaos)
        searched = bool(self.search.text().strip())
        self.list.empty.say(
            "No such mail" if searched else "Nothing caught yet",
            "Look for other words." if searched else _EMPTY,
        )
        if not self.list.model.rowCount():
            self.detail.clear()
        self.delete_all.setEnabled(bool(self.list.model.rowCount()))
        self.cap.say(f"The newest {seen.kept:,} are kept." if seen.kept else "")

    def _failed(self, error: Exception) -> None:
        self.list.empty.say("Nothing known yet", "Mails appear as soon as Django is ready.")
        self.unavailable.emit(str(error))

    def _show_chaos(self, chaos: Chaos) -> None:
        self.chaos.show_chaos(chaos)
        on = chaos.mode != "off"
        self.warning.setVisible(on)
        if on:
            self.warning.say(Tone.TROUBLE, chaos_sentence(chaos))

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

    def _ask_delete(self, caught_id: int) -> None:
        words = "A caught mail cannot be brought back. The outbox keeps what was sent."
        Confirm(
            self,
            "Delete this mail?",
            words,
            "Delete",
            lambda: self._do(
                lambda: self._client.delete_inbox(caught_id), "This mail was not deleted"
            ),
        ).open()

    def _ask_delete_all(self) -> None:
        words = "All caught mails go, those that the search hides too. The outbox stays as it is."
        Confirm(
            self,
            "Delete all caught mails?",
            words,
            "Delete all",
            lambda: self._do(self._client.empty_inbox, "The mails were not deleted"),
        ).open()

    def _do(self, work: Callable[[], object], complaint: str) -> None:
        self._background.run(
            self,
            work,
            lambda _done: self.look(),
            lambda error: self.notice_raised.emit(f"{complaint}: {error}"),
        )

    def _set_chaos(self, chaos: Chaos) -> None:
        self._background.run(
            self,
            lambda: self._client.set_chaos(chaos),
            self._show_chaos,
            lambda error: self.notice_raised.emit(f"The catcher goes on as it was: {error}"),
        )

    def _ask_release(self, mail: InboxMail) -> None:
        sheet = ReleaseSheet(self, mail, self._queue.release_to, self._queue.safe_mode)
        sheet.chosen.connect(lambda to: self._release(mail.row.id, to))
        sheet.open()

    def _release(self, caught_id: int, to: tuple[str, ...]) -> None:
        self._background.run(
            self,
            lambda: self._client.release(caught_id, to).id,
            self.outbox_asked.emit,
            lambda error: self.notice_raised.emit(f"This mail was not released: {error}"),
        )

    def _save(self, caught_id: int, index: int, path: str) -> None:
        self._background.run(
            self,
            lambda: Path(path).write_bytes(self._client.inbox_attachment(caught_id, index)),
            lambda _count: self.notice_raised.emit(f"Saved as {path}."),
            lambda error: self.notice_raised.emit(f"Not saved: {error}"),
        )

    def _connect(self) -> None:
        self.list.chosen.connect(self._read)
        self.list.delete_asked.connect(self._ask_delete)
        self.pager.looked.connect(self._looked)
        self.pager.failed.connect(self._failed)
        self.detail.outbox_asked.connect(self.outbox_asked)
        self.detail.delete_asked.connect(self._ask_delete)
        self.detail.release_asked.connect(self._ask_release)
        self.detail.save_asked.connect(self._save)
        self.delete_all.clicked.connect(self._ask_delete_all)
        self.chaos.chosen.connect(self._set_chaos)
        self.behave.clicked.connect(lambda: self._set_chaos(Chaos()))
        self.search.textChanged.connect(lambda _text: self._typed.start())
        self._typed.timeout.connect(self.look)

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search subjects and recipients")
        self.search.setToolTip("Words of the subject or of a recipient (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(170)
        self.warning.add_button(self.behave)
        self.warning.hide()
        top = QHBoxLayout()
        top.setSpacing(tokens.TIGHT + 2)
        top.addWidget(self.cap, 1)
        top.addWidget(self.chaos)
        top.addWidget(self.delete_all)
        top.addWidget(self.search)
        split = QHBoxLayout()
        split.setSpacing(tokens.WIDE)
        split.addWidget(self.list, 4)
        split.addWidget(self.detail, 6)
        self.list.setMinimumWidth(260)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(top)
        column.addWidget(self.warning)
        column.addLayout(split, 1)


_EMPTY = "What the mail catcher takes lands here and does not leave this computer."
