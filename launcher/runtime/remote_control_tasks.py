"""A task that is published by hand: the message as Celery makes it, and the event that tells of it.

https://docs.celeryq.dev/en/stable/internals/protocol.html, version 2.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_REPR_LIMIT = 1_024
"""Characters of arguments in an event, as Celery cuts them."""
PERSISTENT, TRANSIENT = 2, 1


@dataclass(frozen=True, slots=True)
class OwnTask:
    """What is published. The arguments are plain values of JSON."""

    id: str
    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


def send_task(channel: Any, queue: str, task: OwnTask) -> None:
    """Publish a task straight to a queue, then say so to whoever listens to events."""
    from kombu import Exchange, Producer  # noqa: PLC0415 - 7 MB, when first needed

    origin = f"{os.getpid()}@celery-launcher"
    args, kwargs = [*task.args], {**task.kwargs}
    shown = {"args": cut(args), "kwargs": cut(kwargs)}
    producer = Producer(channel, auto_declare=False)
    producer.publish(
        [args, kwargs, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}],
        exchange="",
        routing_key=queue,
        serializer="json",
        delivery_mode=PERSISTENT,
        correlation_id=task.id,
        headers={
            "lang": "py",
            "task": task.name,
            "id": task.id,
            "root_id": task.id,
            "parent_id": None,
            "group": None,
            "shadow": None,
            "eta": None,
            "expires": None,
            "retries": 0,
            "timelimit": [None, None],
            "argsrepr": shown["args"],
            "kwargsrepr": shown["kwargs"],
            "origin": origin,
            "ignore_result": False,
        },
    )
    event = {
        "type": "task-sent",
        "uuid": task.id,
        "root_id": task.id,
        "name": task.name,
        **shown,
        "retries": 0,
        "queue": queue,
        "exchange": "",
        "routing_key": queue,
        "hostname": origin,
        "pid": os.getpid(),
        "clock": 0,
        "timestamp": time.time(),
        "utcoffset": 0,
    }
    events = Exchange("celeryev", type="topic")
    producer.publish(
        event,
        exchange=events,
        routing_key="task.sent",
        serializer="json",
        delivery_mode=TRANSIENT,
        headers={"hostname": origin},
        declare=[events(channel)],
    )


def cut(value: object) -> str:
    """Arguments as events show them: their `repr`, cut."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _REPR_LIMIT else f"{text[: _REPR_LIMIT - 3]}..."
