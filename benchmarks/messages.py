"""Persistent messages on a node: published with confirms, and counted back."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from amqp import Channel, Connection, Message
from kombu.utils.url import parse_url

QUEUE = "benchmark.kept"
_LARGE = 8192
"""Above 4 KiB a body lies in the message store, below in the queue's own index: half of each."""


def publish(url: str, mark: str, count: int) -> None:
    """Publish `count` persistent messages to a durable queue; returns when all are confirmed."""
    with _channel(url) as channel:
        channel.confirm_select()
        for number in range(count):
            body = f"{mark}:{number}"
            message = Message(body.ljust(_LARGE) if number % 2 else body, delivery_mode=2)
            channel.basic_publish_confirm(message, routing_key=QUEUE)


def take_back(url: str) -> Counter[str]:
    """Take every message off the queue; how often each came, by `mark:number`."""
    found: Counter[str] = Counter()
    with _channel(url) as channel:
        while (message := channel.basic_get(QUEUE, no_ack=True)) is not None:
            body = message.body
            text = body if isinstance(body, str) else bytes(body).decode()
            found[text.strip()] += 1
    return found


@contextlib.contextmanager
def _channel(url: str) -> Iterator[Channel]:
    parts: dict[str, Any] = parse_url(url)
    connection = Connection(
        host=f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
        connect_timeout=10,
        read_timeout=30,
        confirm_publish=False,
    )
    connection.connect()
    try:
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True, auto_delete=False)
        yield channel
    finally:
        connection.close()
