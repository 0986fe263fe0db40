"""One mail, one worker: claims with a lease.

A claim is one conditional UPDATE; whoever comes second finds nothing. Every later write of the
worker asks for its token, so a worker that lost its claim can neither send nor finish. All of it
goes through the writer, in groups (``claim_rows``, ``held_rows``). What becomes of a claim whose
worker died is in ``reaper``.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from send_mail import policy
from send_mail.models import Event, Mail, MailContent
from send_mail.services import claim_rows, held_rows
from send_mail.services.attempts import Try
from send_mail.services.claim_rows import NoClaim, Taken, Wanted
from send_mail.services.held_rows import Finish, Mark
from send_mail.services.in_hand import hands
from send_mail.services.writer import Writer
from send_mail.states import State

ASK_AGAIN_SECONDS = 1.0

writer = Writer(crowded=hands.crowded)


class SuspectError(Exception):
    """The mail has seen workers die: it is to be claimed alone."""


@dataclass
class Claim:
    """The right to work on one mail, and how long it lasts."""

    mail: Taken
    until: datetime
    runs_until: float  # the same by the monotonic clock, for this process' own reaper

    @property
    def mail_id(self) -> int:
        """The mail's id."""
        return self.mail.mail_id

    def source(self) -> bytes:
        """Return the message."""
        if self.mail.small_source is not None:
            return self.mail.small_source
        found = MailContent.objects.values_list("source", flat=True).get(pk=self.mail_id)
        connection.close()  # a greenlet's own, and it will not be used again
        return bytes(found)

    def cover(self, seconds: float) -> None:
        """See that the lease lasts for a phase of *seconds*; writes only when it does not."""
        if self.runs_until >= time.monotonic() + seconds:
            return
        self._extend(seconds)
        held = Mail.objects.filter(pk=self.mail_id, claim=self.mail.token, state=State.SENDING)
        until = self.until
        writer.write(lambda: held.update(lease_until=until))

    def before_dot(self, seconds: float) -> bool:
        """Write down that the mail is about to be handed over; False means: do not."""
        self._extend(seconds)
        return writer.ask(held_rows.mark, Mark(self.mail_id, self.mail.token, self.until))

    def finish(
        self, state: State, event: Event, detail: str, tried: Try | None = None, **fields: Any
    ) -> bool:
        """Leave SENDING for *state*; return False when the claim was lost meanwhile."""
        done = Finish(self.mail_id, self.mail.token, state, event, detail, fields, tried)
        return finish_all([done], self.runs_until)[0]

    def _extend(self, seconds: float) -> None:
        lease = policy.lease(seconds)
        self.until = timezone.now() + lease
        self.runs_until = time.monotonic() + lease.total_seconds()


def claim(mail_id: int, worker: str, seconds: float, *, alone: bool = False) -> Claim | None:
    """Return the claim on a mail that is due, None when it is not waiting or another was first.

    A paused queue gives no claim; the mail is then due for the relay once the queue goes on.
    Raises SuspectError for a mail that is to be claimed *alone*.
    """
    found = writer.ask(claim_rows.take, Wanted(mail_id, worker, seconds, alone))
    if found is NoClaim.SUSPECT:
        raise SuspectError
    return _claim(found) if isinstance(found, Taken) else None


def finish_all(done: Sequence[Finish], until: float) -> list[bool]:
    """Let mails leave SENDING; False for each whose claim was lost meanwhile.

    What became of them is known here alone. A database that cannot write now, a full disk for
    instance, is asked again until the lease has run out, by the monotonic clock.
    """
    while True:
        try:
            return writer.ask(held_rows.finish_all, done)
        except OperationalError:
            if time.monotonic() > until:
                raise
        threading.Event().wait(ASK_AGAIN_SECONDS)


def put_back(mail_id: int) -> None:
    """Make a mail whose wake-up was taken and not used due for the relay at once."""
    writer.ask(claim_rows.put_back, mail_id)


def put_back_due(count: int) -> None:
    """Do so with *count* due mails, whichever they are: a wake-up that stood for so many ends."""
    writer.ask(claim_rows.put_back_due, count)


def _claim(taken: Taken) -> Claim:
    return Claim(taken, taken.until, taken.runs_until)
