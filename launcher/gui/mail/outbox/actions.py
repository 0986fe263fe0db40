"""What is done with one mail of the outbox; what cannot be undone is asked first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.outbox.detail import OutboxDetail
from launcher.gui.mail.words import addressees
from launcher.mail import Mail, MailClient


class MailActions(QWidget):
    """Does what the detail's buttons ask.

    Signals: `moved(int)` the mail to be looked at now; `gone()` one was deleted;
    `draft_asked(object)` a Mail to go on writing; `notice_raised(str)`.
    """

    moved = Signal(int)
    gone = Signal()
    draft_asked = Signal(object)
    notice_raised = Signal(str)

    def __init__(
        self, client: MailClient, background: Background, detail: OutboxDetail, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.hide()
        self._client = client
        self._background = background
        self._detail = detail
        detail.resend_asked.connect(self.resend)
        detail.edit_asked.connect(self.edit)
        detail.cancel_asked.connect(self.cancel)
        detail.delete_asked.connect(self.delete)
        detail.source_asked.connect(self.read_source)
        detail.save_asked.connect(self.save)

    def resend(self, mail: Mail) -> None:
        """Send it again; one that may have arrived only at the user's word."""
        if not mail.resend_asks:
            self._move(lambda: self._client.resend(mail.row.id).id)
            return
        words = (
            f"The connection to the mail server was lost after the last byte, so it may be with "
            f"{addressees(mail.row.to)} already. Sent again, it may arrive twice."
        )
        Confirm(
            self,
            "Send it again?",
            words,
            "Send again",
            lambda: self._move(lambda: self._client.resend(mail.row.id, sure=True).id),
        ).open()

    def edit(self, mail: Mail) -> None:
        """Go on writing a draft, or a copy of any other mail."""
        if mail.row.state == "DRAFT":
            self.draft_asked.emit(mail)
        else:
            self._run(lambda: self._client.copy(mail.row.id), self.draft_asked.emit)

    def cancel(self, mail: Mail) -> None:
        """Take it back."""
        self._move(lambda: self._client.cancel(mail.row.id).id)

    def delete(self, mail: Mail) -> None:
        """Remove it, once that was confirmed."""
        if not mail.can.delete:
            self.notice_raised.emit("A mail that waits or is being sent cannot be deleted.")
            return
        subject = mail.row.subject or "(no subject)"
        words = f"“{subject}” to {addressees(mail.row.to)} cannot be brought back."
        Confirm(
            self,
            "Delete this mail?",
            words,
            "Delete",
            lambda: self._run(
                lambda: self._client.delete(mail.row.id), lambda _none: self.gone.emit()
            ),
        ).open()

    def read_source(self, mail_id: int) -> None:
        """Show the mail as it is sent."""
        self._run(
            lambda: self._client.source(mail_id).decode("utf-8", "replace"),
            partial(self._detail.show_source, mail_id),
        )

    def save(self, mail_id: int, index: int, path: str) -> None:
        """Save an attachment."""
        self._run(
            lambda: Path(path).write_bytes(self._client.attachment(mail_id, index)),
            lambda _count: self.notice_raised.emit(f"Saved as {path}."),
        )

    def _move(self, action: Callable[[], int]) -> None:
        self._run(action, self.moved.emit)

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(self, work, done, lambda error: self.notice_raised.emit(str(error)))
