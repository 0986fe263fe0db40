"""Publishing wake-ups: the id alone, never at the cost of the request that saved the mail.

A publish that fails leaves the row as it is, not published, and the relay brings it later. After
a failure the broker counts as down for a few seconds, so that the next requests are quick.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from send_mail import policy
from send_mail.models import Event, Mail
from send_mail.services import timeline
from send_mail.states import WAITING

TASK = "send_mail.tasks.send_email_task"
DOWN_SECONDS = 5.0
CONFIRM_SECONDS = 0.5  # a confirmation that comes later costs a second wake-up, no second mail

logger = logging.getLogger(__name__)


class BrokerMemory:
    """Remembers for a while that the broker did not answer. Shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._down_until = 0.0

    def counts_as_down(self) -> bool:
        """Return whether a publish is not worth trying."""
        return time.monotonic() < self._down_until

    def failed(self) -> None:
        """Note a failed publish."""
        with self._lock:
            self._down_until = time.monotonic() + DOWN_SECONDS

    def answered(self) -> None:
        """Note a publish that went through, or a word that the broker is back."""
        with self._lock:
            self._down_until = 0.0


broker_memory = BrokerMemory()


def publish(mails: Iterable[Mail]) -> int:
    """Publish one wake-up for each of *mails*; return how many the broker took.

    Stops at the first failure. Never raises for a broker's sake: whatever goes wrong on the way
    to it, refused login included, is logged, and the relay tries again.
    """
    sent: list[tuple[Mail, datetime]] = []
    for mail in mails:
        if broker_memory.counts_as_down():
            break
        at = timezone.now()
        try:
            current_app.send_task(
                TASK,
                args=[mail.pk],
                task_id=f"mail-{mail.pk}-{mail.publish_count + 1}",
                confirm_timeout=CONFIRM_SECONDS,
            )
        except Exception as error:  # noqa: BLE001 - amqp, kombu and OS raise no common class
            broker_memory.failed()
            logger.warning("Mail %s is saved; the broker took no wake-up: %s", mail.pk, error)
            break
        broker_memory.answered()
        sent.append((mail, at))
    _note_published(sent)
    return len(sent)


def forget_under_way() -> None:
    """Make every waiting mail due for the relay: the wake-ups that were under way may be lost."""
    Mail.objects.filter(state__in=WAITING).update(under_way_until=None)


def _note_published(sent: list[tuple[Mail, datetime]]) -> None:
    """Write down what was published, in one transaction and one UPDATE for each waiting time."""
    alike: dict[int, list[tuple[Mail, datetime]]] = defaultdict(list)
    for mail, at in sent:
        alike[mail.unanswered_wakeups].append((mail, at))
    if not alike:
        return
    with transaction.atomic():
        for unanswered, group in alike.items():
            at = group[-1][1]
            Mail.objects.filter(pk__in=[mail.pk for mail, _ in group]).update(
                published_at=at,
                publish_count=F("publish_count") + 1,
                unanswered_wakeups=F("unanswered_wakeups") + 1,
                under_way_until=at + policy.under_way(unanswered),
            )
        for mail, at in sent:
            timeline.note(mail.pk, Event.PUBLISHED, at)
