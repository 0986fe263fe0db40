"""The relay: every so often, publish what is due and not under way, and take back what is lost.

It serves failed publishes, *send later* and backoff alike, so that no task holds an ETA. A crowd
of due mails is published by wake-ups that stand for many; each takes what is due, in groups.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from send_mail.models import LoginLink, Mail
from send_mail.services import clock, counts, pause, reaper, repeats, retention, uploads, wakeups
from send_mail.states import WAITING, State

AT_ONCE = 500
"""Up to so many get a wake-up each; more are published in groups of so many."""
GROUPS_AT_ONCE = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relayed:
    """What one run did."""

    published: int
    taken_back: int


def relay() -> Relayed:
    """Run once. A paused queue publishes nothing; a down broker ends the run without harm."""
    clock.repair()
    taken_back = _take_back()
    _keep_house(timezone.now())
    published = 0 if pause.reason() is not None else _publish_due()
    if published or taken_back:
        logger.info("Relay: %s published, %s taken back", published, taken_back)
    return Relayed(published, taken_back)


def _take_back() -> int:
    """Whatever goes wrong with the mails of the dead, those that are due go out."""
    try:
        return reaper.reap_run_out()
    except Exception:
        logger.exception("The relay goes on without taking back what was lost")
        return 0


def _keep_house(now: datetime) -> None:
    """Save the repeated mails whose time has come; remove what has had its time.

    Whatever goes wrong here, the mails that are due go out.
    """
    for step in (
        lambda: repeats.due(now),
        lambda: retention.run(now),
        lambda: uploads.expire(now),
        counts.add_up,
        LoginLink.objects.filter(expires_at__lte=now).delete,
    ):
        try:
            step()
        except Exception:
            logger.exception("The relay goes on without a step of its housekeeping")


def _publish_due() -> int:
    now = timezone.now()
    due = [mail for state in WAITING for mail in _due(state, now)[: AT_ONCE * GROUPS_AT_ONCE]]
    due.sort(key=lambda mail: mail.due_at)
    if len(due) <= AT_ONCE:
        return wakeups.publish(due)
    published = 0
    for start in range(0, len(due), AT_ONCE):
        group = due[start : start + AT_ONCE]
        if not wakeups.publish_bulk(group):
            break
        published += len(group)
    return published


def _due(state: State, now: datetime) -> QuerySet[Mail]:
    """Return the due mails of one state that are not under way: one walk along the index."""
    return (
        Mail.objects.filter(state=state, due_at__lte=now)
        .filter(Q(under_way_until=None) | Q(under_way_until__lte=now))
        .order_by("due_at")
        .only("pk", "due_at", "publish_count", "unanswered_wakeups")
    )
