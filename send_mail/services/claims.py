"""One mail, one worker: claims with a lease, and what becomes of those whose worker died.

A claim is one conditional UPDATE; whoever comes second finds nothing. Every later write of the
worker asks for its token, so a worker that lost its claim can neither send nor finish.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from send_mail import policy
from send_mail.models import Event, Mail
from send_mail.services import timeline
from send_mail.states import WAITING, State, move

DEAD_BEFORE = "The worker ended before the mail was handed over."
DEAD_AFTER = "The worker ended while the server was taking the mail: it may have arrived."
POISON = (
    f"Quarantined: {policy.DEATHS_UNTIL_QUARANTINE} workers ended while they had this mail in hand."
)


@dataclass
class Claim:
    """The right to work on one mail."""

    mail_id: int
    token: str
    until: datetime

    def row(self) -> QuerySet[Mail]:
        """Return the mail as long as this claim holds."""
        return Mail.objects.filter(pk=self.mail_id, claim=self.token, state=State.SENDING)

    def cover(self, seconds: float) -> None:
        """See that the lease lasts for a phase of *seconds*; writes only when it does not."""
        now = timezone.now()
        if self.until < now + timedelta(seconds=seconds):
            self.until = now + policy.lease(seconds)
            self.row().update(lease_until=self.until)

    def before_dot(self, seconds: float) -> bool:
        """Write down that the mail is about to be handed over; False means: do not."""
        now = timezone.now()
        with transaction.atomic():
            held = self.row().update(data_at=now, lease_until=now + policy.lease(seconds))
            if held:
                timeline.note(self.mail_id, Event.SENDING, now)
        return bool(held)

    def finish(self, state: State, event: Event, detail: str, **fields: Any) -> bool:
        """Leave SENDING for *state*; return False when the claim was lost meanwhile."""
        now = timezone.now()
        with transaction.atomic():
            moved = move(
                self.row(), state, claim="", lease_until=None, under_way_until=None,
                unanswered_wakeups=0, **fields,
            )  # fmt: skip
            if moved:
                timeline.note(self.mail_id, event, now, detail)
        return bool(moved)


def claim(mail_id: int, worker: str, seconds: float) -> Claim | None:
    """Return the claim on a mail that is due, None when it is not waiting or another was first."""
    now = timezone.now()
    until = now + policy.lease(seconds)
    token = secrets.token_hex(16)
    with transaction.atomic():
        won = move(
            Mail.objects.filter(pk=mail_id, due_at__lte=now, state__in=WAITING),
            State.SENDING,
            claim=token,
            claimed_by=worker,
            claimed_at=now,
            lease_until=until,
            data_at=None,
            attempts=F("attempts") + 1,
        )
        if won:
            timeline.note(mail_id, Event.RECEIVED, now, worker)
    return Claim(mail_id, token, until) if won else None


def put_back(mail_id: int) -> None:
    """Make a mail whose wake-up was taken and not used due for the relay at once."""
    Mail.objects.filter(pk=mail_id, state__in=WAITING).update(
        published_at=None, under_way_until=None
    )


def reap_run_out(now: datetime | None = None) -> int:
    """Take back the mails whose lease has run out; return how many."""
    return _reap(Mail.objects.filter(lease_until__lte=now or timezone.now()))


def reap_worker(worker: str) -> int:
    """Take back what a worker of this name held before it was started anew."""
    return _reap(Mail.objects.filter(claimed_by=worker))


def _reap(lost: QuerySet[Mail]) -> int:
    """Handed over already: UNKNOWN. Not yet: QUEUED again, or FAILED after too many deaths."""
    now = timezone.now()
    lost = lost.filter(state=State.SENDING)
    free: dict[str, Any] = {"claim": "", "lease_until": None}
    done = {**free, "finished_at": now}
    again = {
        **free,
        "published_at": None,
        "under_way_until": None,
        "unanswered_wakeups": 0,
        "worker_deaths": F("worker_deaths") + 1,
    }
    last_death = policy.DEATHS_UNTIL_QUARANTINE - 1
    with transaction.atomic():
        rows = list(lost.values_list("pk", "data_at", "worker_deaths"))
        after = [pk for pk, data_at, _ in rows if data_at]
        poison = [pk for pk, data_at, deaths in rows if not data_at and deaths >= last_death]
        before = [pk for pk, data_at, deaths in rows if not data_at and deaths < last_death]
        move(lost.filter(pk__in=after), State.UNKNOWN, **done, words=DEAD_AFTER)
        move(lost.filter(pk__in=poison), State.FAILED, **{**again, **done}, words=POISON)
        move(lost.filter(pk__in=before), State.QUEUED, **again)
        timeline.note_all(after, Event.UNKNOWN, now, DEAD_AFTER)
        timeline.note_all(poison, Event.QUARANTINED, now, POISON)
        timeline.note_all(before, Event.RETURNED, now, DEAD_BEFORE)
    return len(rows)
