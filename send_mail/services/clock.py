"""What a wall clock that was set back leaves behind: times that lie in a future nobody meant.

A clock put forward, or a machine that slept, needs nothing here: what has run out is published or
taken back, once, and what this process has in hand goes by the monotonic clock. One that was set
back would let every mail wait for as long as it was set back. Rows tell it by themselves: a mail
that was published, claimed or queued later than now was so by the old clock.
"""

import time
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from send_mail import policy
from send_mail.models import Mail
from send_mail.services.claims import writer
from send_mail.states import WAITING, State

STEP = timedelta(seconds=5)
"""Less than this is no step but a clock being set right."""


class Gap:
    """Notices that the wall clock was set back while this process lives, and at its first look."""

    def __init__(self) -> None:
        self._gap: float | None = None

    def was_set_back(self) -> bool:
        """Return whether the clock was set back since the last look; True at the first."""
        gap = time.time() - time.monotonic()
        before, self._gap = self._gap, gap
        return before is None or gap < before - STEP.total_seconds()


gap = Gap()


def repair() -> int:
    """Bring times of the old clock to now, if the clock was set back; return how many it were."""
    if not gap.was_set_back():
        return 0
    return writer.write(lambda: _bring_to_now(timezone.now()))


def _bring_to_now(now: datetime) -> int:
    future = now + STEP
    waiting = Mail.objects.filter(state__in=WAITING, due_at__gt=now)
    at_once = Q(state=State.QUEUED, due_at__lte=F("queued_at"), queued_at__gt=future)
    tried = Q(state=State.RETRYING, claimed_at__gt=future)
    brought = waiting.filter(at_once | tried).update(
        due_at=now, queued_at=_not_after(now), under_way_until=None
    )
    brought += Mail.objects.filter(
        state__in=WAITING, due_at__lte=now, published_at__gt=future
    ).update(under_way_until=None, published_at=now)
    longest = now + policy.longest_lease()
    brought += Mail.objects.filter(state=State.SENDING, lease_until__gt=longest).update(
        lease_until=longest
    )
    return brought


def _not_after(now: datetime) -> Case:
    """Keep the time from which the days of trying count, unless it lies ahead."""
    return Case(When(queued_at__gt=now, then=Value(now)), default=F("queued_at"))
