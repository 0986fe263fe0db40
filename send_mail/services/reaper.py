"""What becomes of the mails whose worker died with them in hand.

Leases are wall-clock times in rows, since a worker that is gone has no other clock to be asked.
What this process has in hand itself goes by the monotonic clock instead, so a clock put forward
takes nothing from the living. See ``clock`` for what a clock that was set back leaves behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from send_mail import policy
from send_mail.delivery import Verdict
from send_mail.models import Event, Mail
from send_mail.services import attempts, finishes, handed_over, held_rows, timeline
from send_mail.services.attempts import Try
from send_mail.services.claims import writer
from send_mail.services.in_hand import hands
from send_mail.states import State, move

DEAD_BEFORE = "The worker ended before the mail was handed over."
DEAD_AFTER = "The worker ended while the server was taking the mail: it may have arrived."
POISON = (
    f"Quarantined: {policy.DEATHS_UNTIL_QUARANTINE} workers ended while they had this mail in hand."
)
PHASE = "the worker ended"


@dataclass(frozen=True)
class _Lost:
    """A mail whose worker is gone."""

    pk: int
    number: int
    worker: str
    claimed_at: datetime
    data_at: datetime | None
    deaths: int
    token: str


def reap_run_out(now: datetime | None = None) -> int:
    """Take back the mails whose lease has run out; return how many."""
    over = Mail.objects.filter(lease_until__lte=now or timezone.now())
    taken_back = _reap(over.exclude(pk__in=hands.alive()))
    if taken_back:
        _sweep()
    return taken_back


def reap_worker(worker: str) -> int:
    """Take back what a worker of this name held before it was started anew."""
    taken_back = _reap(Mail.objects.filter(claimed_by=worker))
    _sweep()
    return taken_back


def _sweep() -> None:
    """Remove the journals that no mail needs any more."""
    sending = Mail.objects.filter(state=State.SENDING)
    handed_over.sweep(lambda start: sending.filter(claim__startswith=start).exists())


def _reap(mails: QuerySet[Mail]) -> int:
    held = mails.filter(state=State.SENDING)
    if not held.exists():
        return 0
    return writer.write(lambda: _take_back(held))


def _take_back(held: QuerySet[Mail]) -> int:
    """Handed over already: UNKNOWN. Not yet: QUEUED again, or FAILED after too many deaths.

    Where the dead process has told what became of a mail, that is written down.

    A mail with a death less than the limit was claimed alone (``claim_rows.SUSPECT_AFTER``), so the
    last death is its own.
    """
    now = timezone.now()
    columns = ("pk", "attempts", "claimed_by", "claimed_at", "data_at", "worker_deaths", "claim")
    rows = [_Lost(*row) for row in held.values_list(*columns)]
    last_death = policy.DEATHS_UNTIL_QUARANTINE - 1
    tell = cache(handed_over.told_by_the_dead)
    ended, after, not_begun = [], [], []
    for row in rows:
        told = tell(row.token) if row.data_at else None
        words = told.answered.get((row.token, row.pk)) if told is not None else None
        end = finishes.from_words(row.pk, row.token, words) if words is not None else None
        if end is not None:
            ended.append(end)
        elif row.data_at and (told is None or (row.token, row.pk) in told.begun):
            after.append(row)
        else:
            not_begun.append(row)
    held_rows.finish(ended)
    poison = [row for row in not_begun if row.deaths >= last_death]
    before = [row for row in not_begun if row.deaths < last_death]
    free: dict[str, Any] = {"claim": "", "lease_until": None}
    done = {**free, "finished_at": now}
    again = {
        **free,
        "published_at": None,
        "under_way_until": None,
        "unanswered_wakeups": 0,
        "worker_deaths": F("worker_deaths") + 1,
    }
    unknown, quarantined = {**done, "words": DEAD_AFTER}, {**again, **done, "words": POISON}
    _end(held, after, State.UNKNOWN, Event.UNKNOWN, words=DEAD_AFTER, fields=unknown)
    _end(held, poison, State.FAILED, Event.QUARANTINED, words=POISON, fields=quarantined)
    _end(held, before, State.QUEUED, Event.RETURNED, words=DEAD_BEFORE, fields=again)
    return len(rows)


def _end(
    held: QuerySet[Mail],
    rows: Sequence[_Lost],
    state: State,
    event: Event,
    *,
    words: str,
    fields: dict[str, Any],
) -> None:
    if not rows:
        return
    now = timezone.now()
    move(held.filter(pk__in=[row.pk for row in rows]), state, **fields)
    timeline.note_all([row.pk for row in rows], event, now, words)
    verdict = Verdict.UNKNOWN if state == State.UNKNOWN else Verdict.NOT_SENT
    told = (PHASE, verdict.value, None, "", words)
    tries = [Try(row.pk, row.number, row.worker, row.claimed_at or now, *told) for row in rows]
    attempts.keep_all(tries, now)
