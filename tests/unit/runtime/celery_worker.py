"""A real Celery worker on a thread of the test, over kombu's broker in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import worker_init, worker_shutdown
from kombu.transport import memory

from celerytutorial.signatures import tell_signatures
from tests.helpers.waiting import eventually

BROKER = "memory://"


@dataclass
class OwnWorker:
    """Its node name, and what holds its task `own.held` up."""

    node: str
    gate: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)


@contextmanager
def own_worker() -> Iterator[OwnWorker]:
    """Started without its own ping, which would take a second; stopped at the end.

    What another test has imported of the project does not listen to its signals.
    """
    tell_signatures()
    app = Celery("own", broker=BROKER, set_as_current=False)
    app.conf.worker_send_task_events = True
    app.conf.task_acks_late = True
    app.conf.broker_connection_retry_on_startup = True

    @app.task(name="own.add", shared=False)
    def add(a: int, b: int = 2) -> int:
        """Add two numbers."""
        return a + b

    @app.task(name="own.fail", shared=False)
    def fail() -> None:
        raise ValueError("it cannot be")

    @app.task(name="own.held", shared=False)
    def held() -> None:
        own.held.set()
        own.gate.wait(20)

    with (
        patch.object(worker_init, "receivers", []),
        patch.object(worker_shutdown, "receivers", []),
        patch.object(memory.Transport, "polling_interval", 0.01),  # a second, by itself
        start_worker(
            app, pool="threads", concurrency=2, perform_ping_check=False, loglevel="CRITICAL"
        ) as worker,
    ):
        own = OwnWorker(worker.hostname)
        eventually(lambda: worker.consumer.event_dispatcher is not None, 10, lambda: "events")
        try:
            yield own
        finally:
            own.gate.set()
