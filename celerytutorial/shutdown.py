"""Says when a worker that was asked to stop has nothing in hand.

A green worker's warm shutdown takes seconds after its last task, spent waiting for its own
connections. Who started it may end it earlier, once it is known that no task is lost by that.
This module owns that one log line. It leaves the ending to whoever supervises the worker, and
what a task does when it meets a worker that is leaving to the task.
"""

import logging
import threading
from typing import Any

from celery.worker import state

NOTHING_IN_HAND = "nothing in hand, may be ended"
LOOK_EVERY = 0.1
LOOK_EVERY_WHILE_LEAVING = 0.02

logger = logging.getLogger("celerytutorial")


def watch_shutdown(**_: Any) -> None:
    """Start watching; called once, when the worker begins.

    Not from the signal that asks for the shutdown: under eventlet its handler runs in the hub,
    where nothing may wait, and what it starts is not run before the hub's next timer.
    """
    threading.Thread(target=_watch, name="shutdown-watch", daemon=True).start()


def leaving() -> bool:
    """Return whether the worker was asked to stop, in whatever way."""
    return state.should_stop is not None or state.should_terminate is not None


def nothing_in_hand() -> bool:
    """Return whether the worker is leaving and holds no task, running or waiting for the pool.

    A task is in ``reserved_requests`` from the moment it is taken off the wire until it is acked.
    One that arrives after the worker was asked to stop does no work: it sees the flag too.
    """
    return leaving() and not state.reserved_requests and not state.active_requests


def _watch() -> None:
    """Look until nothing is in hand; under a green pool the wait is a green one."""
    pause = threading.Event()
    while not nothing_in_hand():
        pause.wait(LOOK_EVERY_WHILE_LEAVING if leaving() else LOOK_EVERY)
    logger.info(NOTHING_IN_HAND)
