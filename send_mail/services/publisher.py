"""A thread that publishes wake-ups, so that no request ever waits for the broker.

A broker may refuse, stay silent, or hang with its socket open; the person who sent a mail sees
none of that, for the mail is saved. What comes while a group is published forms the next one.
What is left when the process ends is published by the relay.
"""

import atexit
import logging
import threading
import time
from collections.abc import Sequence

from django.db import connections

from send_mail.models import Mail
from send_mail.services import wakeups
from send_mail.states import WAITING

LAST_SECONDS = 1.0
"""A command that saves a mail and ends waits so long at most for its wake-up to go out."""

IDLE_SECONDS = 5.0
"""After so long without work the thread lets go of its database connection."""

GATHERING_SECONDS = 0.05
"""Groups begin so far apart at least: one mail goes out at once, the rest of a burst together."""

logger = logging.getLogger(__name__)


class Publisher:
    """Takes ids from any thread and publishes them in groups, in one of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._singles: list[int] = []
        self._bulks: list[Sequence[int]] = []
        self._busy = False
        self._gathered = threading.Event()  # never set: a wait that no further mail cuts short
        self._thread: threading.Thread | None = None

    def wake(self, *mail_ids: int) -> None:
        """Have a wake-up published for each, soon; returns at once."""
        with self._changed:
            self._singles.extend(mail_ids)
            self._see_to_it()

    def wake_bulk(self, mail_ids: Sequence[int]) -> None:
        """Have one wake-up published for all of them together; returns at once."""
        with self._changed:
            self._bulks.append(mail_ids)
            self._see_to_it()

    def flush(self, seconds: float) -> bool:
        """Wait until all is published or has failed; return whether that was so in time."""
        with self._changed:
            return self._changed.wait_for(self._idle, seconds)

    def _asked(self) -> bool:
        return bool(self._singles or self._bulks)

    def _idle(self) -> bool:
        return not (self._busy or self._asked())

    def _see_to_it(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        began = 0.0
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                if not self._changed.wait_for(self._asked, IDLE_SECONDS):
                    connections.close_all()
                    self._changed.wait_for(self._asked)
                self._busy = True
            self._gathered.wait(began + GATHERING_SECONDS - time.monotonic())
            began = time.monotonic()
            with self._changed:
                singles, self._singles = self._singles, []
                bulks, self._bulks = self._bulks, []
            try:
                _publish(singles, bulks)
            except Exception:
                # The database's fault, then; the relay will see these rows as not published.
                connections.close_all()
                logger.exception("Wake-ups for %s could not be published", [*singles, *bulks])


def _publish(singles: Sequence[int], bulks: Sequence[Sequence[int]]) -> None:
    if singles:
        wakeups.publish(_waiting(singles))
    for bulk in bulks:
        if mails := _waiting(bulk):
            wakeups.publish_bulk(mails)


def _waiting(ids: Sequence[int]) -> list[Mail]:
    """Return those that still wait, with what a wake-up needs to know."""
    wanted = Mail.objects.only("publish_count", "unanswered_wakeups")
    return list(wanted.filter(pk__in=ids, state__in=WAITING).order_by("pk"))


publisher = Publisher()
atexit.register(publisher.flush, LAST_SECONDS)
