"""Publishing wake-ups: the id alone, never at the cost of the request that saved the mail.

A publish that fails leaves the rows as they are, not published, and the relay brings them later;
a group that was taken in part is published a second time, which costs no second mail. After a
failure the broker counts as down for a few seconds, and is left in peace.

A wake-up for many takes whatever is due, and so the mails of others, whose own wake-ups then find
nothing; ``one_more`` sees to those that are left over by that.
"""

import logging
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db.models import F
from django.utils import timezone

from send_mail import policy
from send_mail.models import Event, Mail
from send_mail.services import timeline
from send_mail.services.wakeup_line import Wakeup, WakeupLine
from send_mail.services.write_turn import short_transaction
from send_mail.states import WAITING

TASK = "send_mail.tasks.send_email_task"
BULK_TASK = "send_mail.tasks.send_due_task"
ONE_MORE = "bulk-more-"
"""Begins the task ids of wake-ups that stand for nobody."""
LARGEST_GROUP = 100
DOWN_SECONDS = 5.0

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


class OneMore:
    """A wake-up behind all others, for what they leave over; one of a process under way at a time.

    Safe for threads. One that is lost counts as under way for as long as any other wake-up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way_until = 0.0

    def publish(self, limit: int) -> None:
        """Have up to *limit* due mails, whichever they are, taken after all that is published."""
        now = time.monotonic()
        with self._lock:
            if now < self._under_way_until:
                return
            self._under_way_until = now + policy.under_way(0).total_seconds()
        task_id = f"{ONE_MORE}{uuid.uuid4().hex}"
        if not _sent([Wakeup(BULK_TASK, task_id, limit)], "What is left is due"):
            self._over()

    def note(self, task_id: str) -> None:
        """See whether the task that begins is the one."""
        if task_id.startswith(ONE_MORE):
            self._over()

    def _over(self) -> None:
        with self._lock:
            self._under_way_until = 0.0


broker_memory = BrokerMemory()
line = WakeupLine()
one_more = OneMore()


def publish(mails: Iterable[Mail]) -> int:
    """Publish one wake-up for each of *mails*; return how many the broker took.

    Stops at the first group that fails.
    """
    taken = 0
    for group in _groups(mails):
        wakeups = [
            Wakeup(TASK, f"mail-{mail.pk}-{mail.publish_count + 1}", mail.pk) for mail in group
        ]
        if not _taken(wakeups, group):
            break
        taken += len(group)
    return taken


def publish_bulk(mails: Sequence[Mail]) -> bool:
    """Publish one wake-up for all of *mails* together; return whether the broker took it."""
    first = mails[0]
    task_id = f"bulk-{first.pk}-{len(mails)}-{first.publish_count + 1}"
    return _taken([Wakeup(BULK_TASK, task_id, len(mails))], mails)


def forget_under_way() -> None:
    """Make every waiting mail due for the relay: the wake-ups that were under way may be lost."""
    Mail.objects.filter(state__in=WAITING).update(under_way_until=None)


def _groups(mails: Iterable[Mail]) -> Iterator[list[Mail]]:
    left = iter(mails)
    while group := list(islice(left, LARGEST_GROUP)):
        yield group


def _taken(wakeups: Sequence[Wakeup], mails: Sequence[Mail]) -> bool:
    """Send *wakeups* and note that *mails* are published; return whether the broker took them."""
    at = timezone.now()
    named = mails[0].pk if len(mails) == 1 else f"{mails[0].pk} and {len(mails) - 1} more"
    if not _sent(wakeups, f"Mail {named} is saved"):
        return False
    _note_published(mails, at)
    return True


def _sent(wakeups: Sequence[Wakeup], all_the_same: str) -> bool:
    """Send *wakeups* and return whether the broker took them.

    Never raises for a broker's sake: whatever goes wrong on the way to it, refused login
    included, is logged beside what is so *all_the_same*, and the relay tries again.
    """
    if broker_memory.counts_as_down():
        return False
    try:
        line.send(wakeups)
    except Exception as error:  # noqa: BLE001 - amqp, kombu and OS raise no common class
        broker_memory.failed()
        logger.warning("%s; the broker took no wake-up: %s", all_the_same, error)
        return False
    broker_memory.answered()
    return True


def _note_published(mails: Sequence[Mail], at: datetime) -> None:
    """Write down what was published, in one transaction and one UPDATE for each waiting time."""
    alike: dict[int, list[int]] = defaultdict(list)
    for mail in mails:
        alike[mail.unanswered_wakeups].append(mail.pk)
    with short_transaction():
        for unanswered, ids in alike.items():
            Mail.objects.filter(pk__in=ids).update(
                published_at=at,
                publish_count=F("publish_count") + 1,
                unanswered_wakeups=F("unanswered_wakeups") + 1,
                under_way_until=at + policy.under_way(unanswered),
            )
        timeline.note_all([mail.pk for mail in mails], Event.PUBLISHED, at)
