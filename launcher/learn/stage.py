"""What every live action works with: the running services, mails to oneself, waiting with an end.

Nothing leaves the machine: an action that sends mail refuses where mails go to a real server.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from launcher.core.lessons import Seen
from launcher.core.spec import ProbeKind, ServiceSpec
from launcher.core.state import ServiceStatus
from launcher.mail import Chaos, Draft, Mail, MailClient
from launcher.paths import Home
from launcher.runtime.celery_events import CeleryEvents
from launcher.runtime.lab import LabRoom
from launcher.runtime.lab_place import lessons_mark
from launcher.runtime.management import Management
from launcher.runtime.remote_control import RemoteControl
from launcher.settings import Settings

ADDRESS = "you@localhost"
LOOK_EVERY = 0.1
"""Seconds between two looks at what is awaited."""
SLOW_SECONDS = 5.0
"""How long the catcher takes when it is told to be slow (CHAOS_SLOW_SECONDS of the project)."""

Tell = Callable[[Seen], None]


class LessonError(Exception):
    """The action cannot be done, or did not show what it is to show: why, and what helps."""

    def __init__(self, words: str, remedy: str = "") -> None:
        super().__init__(f"{words} {remedy}".strip())
        self.words = words
        self.remedy = remedy


class LiveSettings(Protocol):
    """The settings that hold, and changing them."""

    @property
    def now(self) -> Settings:
        """As the file says."""
        ...

    def change(self, values: Mapping[tuple[str, ...], Any]) -> None:
        """Write values into the file and have them hold. Blocks on the disk."""
        ...


class Running(Protocol):
    """What the actions need of the running program."""

    @property
    def home(self) -> str:
        """The folder of its data."""
        ...

    @property
    def mail(self) -> MailClient:
        """The way to Django's mail API."""
        ...

    @property
    def events(self) -> CeleryEvents:
        """What workers and publishers tell."""
        ...

    @property
    def settings(self) -> LiveSettings:
        """The settings of the run."""
        ...

    def management(self) -> Management | None:
        """RabbitMQ's management, to be closed by who asked; None on the embedded broker."""
        ...

    def secret(self, name: str) -> str:
        """A credential."""
        ...

    def specs(self) -> Mapping[str, ServiceSpec]:
        """The services."""
        ...

    def statuses(self) -> Mapping[str, ServiceStatus]:
        """How they stand."""
        ...


class Stage:
    """One action's view of the run. Its methods block, and raise LessonError in words.

    `leave` ends every wait at once, such as when the window closes.
    """

    def __init__(self, running: Running, leave: threading.Event) -> None:
        self.running = running
        self._leave = leave

    @property
    def mail(self) -> MailClient:
        """The way to Django's mail API."""
        return self.running.mail

    def wait_for(self, question: Callable[[], bool], seconds: float, what: str) -> None:
        """Look until it is so. `what` ends the sentence "… was not seen within … s"."""
        deadline = time.monotonic() + seconds
        while not question():
            if self._leave.wait(LOOK_EVERY):
                raise LessonError("The lesson was left.")
            if time.monotonic() > deadline:
                raise LessonError(
                    f"{what} was not seen within {seconds:g} s.",
                    "Look at the Services page, then run it again.",
                )

    def pause(self, seconds: float) -> None:
        """Let something be seen for so long."""
        if self._leave.wait(seconds):
            raise LessonError("The lesson was left.")

    # -- mails to oneself -----------------------------------------------------------------------

    def need_inbox(self) -> None:
        """Refuse where a lesson's mails would leave this machine."""
        profile = self.running.settings.now.profile
        if profile is not None:
            raise LessonError(
                f"Mail goes through {profile.name}, so this lesson would send real mail.",
                "Choose the built-in inbox under Mail servers, then run it again.",
            )

    def send(self, subject: str) -> int:
        """Save and publish one mail to oneself; its id."""
        text = "Sent by a lesson of the Learn page."
        return self.mail.submit(Draft((ADDRESS,), subject, text), uuid.uuid4().hex).id

    def sent(self, mail_id: int) -> Mail:
        """The mail with its timeline."""
        return self.mail.get(mail_id)

    def wait_delivered(self, mail_ids: Sequence[int], seconds: float) -> None:
        """Until all of them are delivered."""
        waiting = set(mail_ids)

        def arrived() -> bool:
            for each in list(waiting):
                if self.sent(each).row.state == "DELIVERED":
                    waiting.discard(each)
            return not waiting

        self.wait_for(arrived, seconds, "The delivery of the mail")

    @contextmanager
    def catcher_does(self, mode: str, mails: int) -> Iterator[None]:
        """Have the catcher misbehave to the next mails, as the inbox's switch does."""
        before = self.mail.chaos()
        if before.mode != "off":
            raise LessonError(
                "The mail catcher already misbehaves on purpose.",
                "Have it behave again (Mail, Inbox), then run this.",
            )
        self.mail.set_chaos(Chaos(mode, mails))
        try:
            yield
        finally:
            self.mail.set_chaos(Chaos())

    # -- workers --------------------------------------------------------------------------------

    @contextmanager
    def control(self) -> Iterator[RemoteControl]:
        """Celery's remote control."""
        made = RemoteControl(lambda: self.running.secret("broker_url"))
        try:
            yield made
        finally:
            made.close()

    def workers(self) -> list[str]:
        """The node names of our workers that are ready."""
        statuses = self.running.statuses()
        return [
            spec.probe.identity
            for name, spec in self.running.specs().items()
            if spec.probe.kind is ProbeKind.WORKER_PING
            and name in statuses
            and statuses[name].satisfies
        ]

    # -- the exchange lab -----------------------------------------------------------------------

    def lab(self) -> LabRoom:
        """A lab of the lessons' own: that of the Exchange lab page stays as it is.

        What a killed launcher left of it is removed at the next start, like any lab.
        """
        return LabRoom(
            self.running.management,
            lambda: self.running.secret("broker_url"),
            lessons_mark(Home(Path(self.running.home)).mark),
            lambda _line: None,
        )
