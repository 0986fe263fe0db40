"""Says when a worker that was asked to stop has nothing in hand.

A green worker's warm shutdown takes seconds after its last task, spent closing connections. Who
started it may end it earlier, once it is known that no task is lost by that. This module owns
that one log line. It leaves the ending to whoever supervises the worker, and what a task does
when it meets a worker that is leaving to the task.
"""

import logging
import threading
from typing import Any

from celery.worker import state

NOTHING_IN_HAND = "nothing in hand, may be ended"
LOOK_EVERY = 0.02

logger = logging.getLogger("celerytutorial")


def watch_shutdown(**_: Any) -> None:
    """Start watching; called by Celery from its signal handler, so it must not wait itself."""
    threading.Thread(target=_say_when_empty, name="shutdown-watch", daemon=True).start()


def nothing_in_hand() -> bool:
    """Return whether the worker is leaving and holds no task, running or waiting for the pool.

    A task is in ``reserved_requests`` from the moment it is taken off the wire until it is acked.
    One that arrives after ``should_stop`` is set does no work: it sees the flag too.
    """
    leaving = state.should_stop is not None or state.should_terminate is not None
    return leaving and not state.reserved_requests and not state.active_requests


def _say_when_empty() -> None:
    """Look until nothing is in hand; under a green pool the wait is a green one."""
    pause = threading.Event()
    while not nothing_in_hand():
        pause.wait(LOOK_EVERY)
    logger.info(NOTHING_IN_HAND)
