"""The first mail: sent to oneself, followed step by step until the inbox has it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from launcher.gui.background import Background
from launcher.mail import Draft, Mail, MailClient, Step

ADDRESS = "you@localhost"
LOOK_MS = 300
_DRAFT = Draft(
    to=(ADDRESS,),
    subject="My first mail",
    text=(
        "Hello,\n\n"
        "this mail was saved by Django, announced through the broker, taken by the worker and "
        "delivered to the built-in inbox.\n\n"
        "It did not leave this computer. Write the next one on the Mail page: Ctrl+N.\n"
    ),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come; `caught` is its id in the inbox once it is there."""

    steps: tuple[Step, ...] = ()
    trouble: str = ""
    caught: int | None = None


class FirstMail(QObject):
    """Sends once, looks until it has arrived.

    Signals: `moved(object)` a Progress, at each look.
    """

    moved = Signal(object)

    def __init__(
        self, client: MailClient, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._background = background
        self._key = uuid.uuid4().hex
        self._mail: int | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def under_way(self) -> bool:
        """Whether it is sent and not yet in the inbox."""
        return self._mail is not None

    def send(self) -> None:
        """Send it; asked again after a failure, it is still one mail."""
        self._background.run(
            self,
            lambda: self._client.submit(_DRAFT, self._key).id,
            self._sent,
            lambda error: self.moved.emit(Progress(trouble=str(error))),
        )

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _sent(self, mail_id: int) -> None:
        self._mail = mail_id
        self._look()

    def _look(self) -> None:
        if self._mail is not None:
            mail_id = self._mail
            self._background.run(self, lambda: self._found(mail_id), self._seen, self._unseen)

    def _found(self, mail_id: int) -> Progress:
        """On another thread."""
        mail = self._client.get(mail_id)
        trouble = _trouble(mail)
        caught = None
        if mail.row.state == "DELIVERED":
            rows = self._client.inbox(limit=10).results
            caught = next((row.id for row in rows if row.mail_id == mail_id), None)
        return Progress(tuple(mail.timeline), trouble, caught)

    def _seen(self, progress: Progress) -> None:
        self.moved.emit(progress)
        if progress.caught is None:
            self._timer.start()

    def _unseen(self, error: Exception) -> None:
        self.moved.emit(Progress(trouble=str(error)))
        self._timer.start()


def _trouble(mail: Mail) -> str:
    """What went wrong, "" while nothing did."""
    if mail.row.state in ("RETRYING", "FAILED", "UNKNOWN", "CANCELLED"):
        return mail.row.state_words
    return ""
