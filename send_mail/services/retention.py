"""Deleting delivered and cancelled mails that are old enough, by hand and by itself."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings

from send_mail.models import Mail
from send_mail.services import many
from send_mail.states import State

EVERY = 3600.0  # seconds between two looks of one process

logger = logging.getLogger(__name__)


class _Turn:
    """When this process looks again."""

    def __init__(self) -> None:
        self.next = 0.0

    def has_come(self) -> bool:
        """Return whether it is time, and set the next one."""
        now = time.monotonic()
        if now < self.next:
            return False
        self.next = now + EVERY
        return True


_turn = _Turn()


def clear(before: datetime) -> int:
    """Delete what was delivered or cancelled before then; return how many mails."""
    old = Mail.objects.filter(state__in=(State.DELIVERED, State.CANCELLED), finished_at__lte=before)
    return many.in_chunks(old, lambda ids: Mail.objects.filter(pk__in=ids).delete())


def run(now: datetime) -> int:
    """Do so by the setting, once an hour; 0 days means keep all. The relay asks."""
    days = settings.MAIL_RETENTION_DAYS
    if days <= 0 or not _turn.has_come():
        return 0
    gone = clear(now - timedelta(days=days))
    if gone:
        logger.info("%s mails older than %s days were deleted", gone, days)
    return gone
