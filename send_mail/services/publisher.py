"""A thread that publishes wake-ups, so that no request ever waits for the broker.

A broker may refuse, stay silent, or hang with its socket open; the person who sent a mail sees
none of that, for the mail is saved. What this thread did not get rid of when the process ends is
published by the relay.
"""

import logging
import threading
from queue import Empty, SimpleQueue

from django.db import connections

from send_mail.models import Mail
from send_mail.services import wakeups

logger = logging.getLogger(__name__)


class Publisher:
    """Takes ids from any thread and publishes them in groups, in one of its own."""

    def __init__(self) -> None:
        self._ids: SimpleQueue[int] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self, mail_id: int) -> None:
        """Have a wake-up published soon; returns at once."""
        self._ids.put(mail_id)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            ids = self._next_group()
            try:
                wakeups.publish(Mail.objects.filter(pk__in=ids))
            except Exception:
                # The database's fault, then; the relay will see these rows as not published.
                logger.exception("Wake-ups for %s could not be published", ids)
            finally:
                connections.close_all()

    def _next_group(self) -> list[int]:
        """Wait for an id and return it with all that stand behind it."""
        ids = [self._ids.get()]
        try:
            while True:
                ids.append(self._ids.get_nowait())
        except Empty:
            return ids


publisher = Publisher()
