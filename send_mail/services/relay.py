"""The relay: every so often, publish what is due and not under way, and take back what is lost.

It serves failed publishes, *send later* and backoff alike, so that no task holds an ETA.
"""

import logging
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from send_mail.models import LoginLink, Mail
from send_mail.services import claims, pause, wakeups
from send_mail.states import WAITING

AT_ONCE = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relayed:
    """What one run did."""

    published: int
    taken_back: int


def relay() -> Relayed:
    """Run once. A paused queue publishes nothing; a down broker ends the run without harm."""
    taken_back = claims.reap_run_out()
    now = timezone.now()
    LoginLink.objects.filter(expires_at__lte=now).delete()
    if pause.reason() is not None:
        return Relayed(0, taken_back)
    due = (
        Mail.objects.filter(state__in=WAITING, due_at__lte=now)
        .filter(Q(under_way_until=None) | Q(under_way_until__lte=now))
        .order_by("due_at")[:AT_ONCE]
    )
    published = wakeups.publish(due)
    if published or taken_back:
        logger.info("Relay: %s published, %s taken back", published, taken_back)
    return Relayed(published, taken_back)
