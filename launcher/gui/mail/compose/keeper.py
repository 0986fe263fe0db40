"""Keeps what is written: as a draft of the outbox, and on this computer until it is sent.

A draft is saved a moment after the last key. Where it cannot be, the words stay in the form and in
the file, and it is tried again. An answer that was lost is looked up before anything is repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from launcher.gui.background import Background
from launcher.gui.mail.compose.form import ComposeForm
from launcher.gui.mail.compose.writing import SubmitKey, UnsentFile, Writing
from launcher.mail import Draft, Mail, MailClient, MailRefused, MailRow, MailUnavailable

DRAFT_MS = 1_500
FILE_MS = 400
AGAIN_MS = 5_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked, for when its answer is lost: `names` are the attachments it leaves."""

    draft: Draft
    send: bool
    names: tuple[str, ...]


class DraftKeeper(QObject):
    """Saves and sends what stands in a form.

    Signals: `said(str)` how it is kept; `sent(object)` the MailRow that was queued;
    `refused(object)` the exception that sending ended with.
    """

    said = Signal(str)
    sent = Signal(object)
    refused = Signal(object)

    def __init__(
        self, client: MailClient, background: Background, form: ComposeForm, file: UnsentFile
    ) -> None:
        super().__init__(form)
        self._client = client
        self._background = background
        self._form = form
        self._file = file
        self._key = SubmitKey()
        self._ready = False
        self._busy = False
        self._writing_file = False
        self._dirty = False
        self._unread = False
        self._unsure: _Asked | None = None
        self._next: Callable[[], None] | None = None
        self._once_kept: Callable[[], None] | None = None
        self.draft_id: int | None = None
        self._draft_timer = _timer(self, DRAFT_MS, self._save)
        self._file_timer = _timer(self, FILE_MS, self._write_file)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._flush)

    @property
    def busy(self) -> bool:
        """Whether something is being saved or sent."""
        return self._busy

    def set_ready(self, *, ready: bool) -> None:
        """Say whether the API can be asked; what could not be kept is kept then."""
        self._ready = ready
        if ready and self._unread:
            self._read()
        elif ready and self._dirty:
            self._draft_timer.start()

    def touch(self) -> None:
        """Something was changed."""
        self._dirty = True
        self._draft_timer.start(DRAFT_MS)
        self._file_timer.start()

    def restore(self) -> Writing:
        """What was unsent when the program ended; goes on as the draft it was kept as."""
        writing = self._file.read()
        self.draft_id = writing.draft_id
        self._unread = writing.draft_id is not None
        return writing

    def open(self, mail: Mail) -> None:
        """Go on with a draft of the outbox."""
        self.draft_id = mail.row.id
        self._unread = False
        self._unsure = None
        self._settle()

    def keep_then(self, call: Callable[[], None]) -> None:
        """Keep what was changed, then call; not if it cannot be kept."""
        self._draft_timer.stop()
        if self._busy:
            self._next = lambda: self.keep_then(call)
            return
        self._save()
        if self._busy:
            self._once_kept = call
        else:
            call()

    def send(self, due_at: str = "") -> None:
        """Send what stands in the form, once what is being saved has been."""
        self._draft_timer.stop()
        if self._busy:
            self._next = lambda: self.send(due_at)
            return
        if self._unread:
            self._read(lambda: self.send(due_at))
            return
        self._ask(self._form.draft(due_at), send=True)

    def discard(self) -> None:
        """Forget what is written, the draft too."""
        if self._busy:
            self._next = self.discard
            return
        if self.draft_id is not None:
            gone = self.draft_id
            # One that cannot be deleted now stays in the list of drafts.
            self._background.run(
                self, lambda: self._client.delete(gone), lambda _none: None, lambda _error: None
            )
        self.forget()

    def forget(self) -> None:
        """Begin another mail; what was kept stays where it is."""
        self.draft_id = None
        self._unread = False
        self._unsure = None
        self._key.spent()
        self._settle()

    def _settle(self) -> None:
        self._dirty = False
        self._draft_timer.stop()
        self._file_timer.start()

    def _save(self) -> None:
        if self._busy or not self._ready or not self._dirty:
            return
        if self._unread:
            self._read()
            return
        draft = self._form.draft()
        if self._form.writing(None).blank and not draft.uploads and self.draft_id is None:
            self._dirty = False
            return
        self._dirty = False
        self._ask(draft, send=False)

    def _read(self, then: Callable[[], None] | None = None) -> None:
        """Learn which files the draft of an ended program has, before anything replaces it."""
        draft_id = self.draft_id
        if self._busy or draft_id is None:
            return
        self._busy = True

        def known(mail: Mail | None) -> None:
            self._busy = self._unread = False
            if mail is not None and mail.row.state == "DRAFT":
                self._form.attachments.also(mail.attachments)
            else:
                self.draft_id = None
            self._next = self._next or then
            self._go_on()

        def failed(error: Exception) -> None:
            if isinstance(error, MailRefused):
                known(None)
                return
            self._busy = False
            if then is not None:
                self.refused.emit(error)
            self._go_on()

        self._background.run(self, lambda: self._client.get(draft_id), known, failed)

    def _ask(self, draft: Draft, *, send: bool) -> None:
        self._busy = True
        if self._unsure is not None and self.draft_id is not None:
            self._look_up(self.draft_id, self._unsure, send=send, due_at=draft.due_at)
            return
        files = self._form.attachments.files
        kept = [one.name for one in files if one.index is not None]
        added = [one.name for one in files if one.index is None and one.upload is not None]
        asked = _Asked(draft, send, (*kept, *added))
        client, draft_id, key = self._client, self.draft_id, self._key.of(draft)

        def work() -> MailRow:
            if draft_id is not None:
                return client.change_draft(draft_id, draft, send=send).row
            return client.submit(draft, key) if send else client.save_draft(draft, key)

        self._background.run(
            self, work, lambda row: self._done(asked, row), lambda error: self._failed(asked, error)
        )

    def _look_up(self, draft_id: int, lost: _Asked, *, send: bool, due_at: str) -> None:
        """Find out whether what was asked last has been done, then go on."""

        def found(mail: Mail) -> None:
            self._unsure = None
            if mail.row.state != "DRAFT" and lost.send:
                self._done(lost, mail.row)
                return
            if tuple(one.name for one in mail.attachments) == lost.names:
                self._form.attachments.saved(lost.draft.keep, lost.draft.uploads)
            self._ask(self._form.draft(due_at), send=send)

        self._background.run(
            self,
            lambda: self._client.get(draft_id),
            found,
            lambda error: self._failed(_Asked(lost.draft, send, lost.names), error),
        )

    def _done(self, asked: _Asked, row: MailRow) -> None:
        self._busy = False
        self._unsure = None
        if asked.send:
            self.forget()
            self.sent.emit(row)
        else:
            self.draft_id = row.id
            self._form.attachments.saved(asked.draft.keep, asked.draft.uploads)
            self._file_timer.start()
            self.said.emit("Kept as a draft.")
        call, self._once_kept = self._once_kept, None
        if call is not None:
            call()
        self._go_on()

    def _failed(self, asked: _Asked, error: Exception) -> None:
        self._busy = False
        self._once_kept = None
        if isinstance(error, MailUnavailable):
            self._unsure = self._unsure or asked
        elif isinstance(error, MailRefused) and error.status in (404, 409):
            # It was sent or deleted elsewhere: what stands here is a mail of its own now.
            self.draft_id = None
            self._key.spent()
            self._form.attachments.draft_lost()
        if asked.send:
            self.refused.emit(error)
        elif isinstance(error, MailUnavailable):
            self._dirty = True
            self.said.emit("Kept on this computer; as a draft once Django answers.")
            self._draft_timer.start(AGAIN_MS)
        else:
            self.said.emit(f"Not kept as a draft: {error}")
        self._go_on()

    def _go_on(self) -> None:
        following, self._next = self._next, None
        if following is not None:
            following()
        elif self._dirty and not self._draft_timer.isActive():
            self._draft_timer.start(DRAFT_MS)

    def _write_file(self) -> None:
        if self._writing_file:
            self._file_timer.start()
            return
        self._writing_file = True
        writing = self._form.writing(self.draft_id)

        def done(_none: None) -> None:
            self._writing_file = False

        def failed(error: Exception) -> None:
            self._writing_file = False
            self.said.emit(f"Not kept on this computer: {error}")

        self._background.run(self, lambda: self._file.write(writing), done, failed)

    def _flush(self) -> None:
        """At the very end of the program, when nothing runs in the background any more."""
        if self._file_timer.isActive():
            self._file.write(self._form.writing(self.draft_id))


def _timer(parent: QObject, milliseconds: int, call: Callable[[], None]) -> QTimer:
    made = QTimer(parent)
    made.setSingleShot(True)
    made.setInterval(milliseconds)
    made.timeout.connect(call)
    return made
