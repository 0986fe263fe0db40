"""The inbox: what the mail catcher caught, newest first, live while it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.inbox.chaos_control import ChaosControl
from launcher.gui.mail.inbox.detail import InboxDetail
from launcher.gui.mail.inbox.release_sheet import ReleaseSheet
from launcher.gui.mail.lists.list_pane import ListPane
from launcher.gui.mail.lists.pager import Question
from launcher.gui.mail.words import Entry, chaos_sentence, inbox_entry
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Chaos, InboxMail, MailClient, Page, Queue


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look found beside the list."""

    chaos: Chaos
    queue: Queue
    kept: int | None


class InboxPane(ListPane[InboxMail]):
    """List and detail.

    Signals, beside those of ListPane: `outbox_asked(int)` a mail of the outbox to show.
    """

    outbox_asked = Signal(int)

    def __init__(self, client: MailClient, background: Background) -> None:
        detail = InboxDetail()
        super().__init__("Inbox", client, background, detail)
        self.detail = detail
        self._queue = Queue({}, paused=False, reason="")
        self._wanted: int | None = None
        self.chaos = ChaosControl()
        self.delete_all = Button("Delete all…", name="Delete all caught mails")
        self.cap = TextLine("", "soft", tokens.SMALL)
        self.warning = Banner(Tone.TROUBLE, "")
        self.behave = Button("Behave well", name="Let the catcher behave well again", small=True)
        self.warning.add_button(self.behave)
        self.warning.hide()
        top = QHBoxLayout()
        top.addWidget(self.cap, 1)
        top.addWidget(self.chaos)
        top.addWidget(self.delete_all)
        top.addWidget(self.search)
        self._lay_out(top, self.warning)
        self._connect()

    def show_mail(self, caught_id: int) -> None:
        """Choose a mail as soon as it is listed."""
        self.search.clear()
        self._wanted = caught_id
        self.look()

    def _question(self) -> Question:
        words, client = self.words, self._client
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
        if self._wanted is not None and self.list.choose(self._wanted):
            self._wanted = None
        searched = bool(self.words)
        self.list.empty.say(
            "No such mail" if searched else "Nothing caught yet",
            "Look for other words." if searched else _EMPTY,
        )
        if not self.list.model.rowCount():
            self.detail.clear()
        self.delete_all.setEnabled(bool(self.list.model.rowCount()))
        self.cap.say(f"The newest {seen.kept:,} are kept." if seen.kept else "")

    def _show_chaos(self, chaos: Chaos) -> None:
        self.chaos.show_chaos(chaos)
        on = chaos.mode != "off"
        self.warning.setVisible(on)
        if on:
            self.warning.say(Tone.TROUBLE, chaos_sentence(chaos))

    def _fetch(self, mail_id: int) -> InboxMail:
        return self._client.inbox_mail(mail_id)

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
        self.pager.looked.connect(self._looked)
        self.list.delete_asked.connect(self._ask_delete)
        self.detail.outbox_asked.connect(self.outbox_asked)
        self.detail.delete_asked.connect(lambda mail: self._ask_delete(mail.row.id))
        self.detail.release_asked.connect(self._ask_release)
        self.detail.save_asked.connect(self._save)
        self.delete_all.clicked.connect(self._ask_delete_all)
        self.chaos.chosen.connect(self._set_chaos)
        self.behave.clicked.connect(lambda: self._set_chaos(Chaos()))


_EMPTY = "What the mail catcher takes lands here and does not leave this computer."
