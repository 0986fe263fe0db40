"""Publishes the messages of a lab and learns where each went, from RabbitMQ's own trace.

RabbitMQ's firehose (https://www.rabbitmq.com/docs/firehose) tells for every message of the lab's
virtual host which queues it was routed to, so nothing has to be concluded from what queues hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from launcher.core.lab import EXCHANGE, LabMessage
from launcher.core.lab_error import LabError
from launcher.core.lab_events import Sent
from launcher.core.matching import ExchangeKind
from launcher.runtime.lab_consumer import NUMBER, number_of

CONFIRM_LIMIT = 5.0
"""Seconds that RabbitMQ may take to confirm a message."""
TRACE_LIMIT = 3.0
"""Seconds after which a message without a trace is told as such."""
_TRACE = "amq.rabbitmq.trace"


class LabSender:
    """Numbers messages from 1. Used by the lab's thread alone; raises what amqp raises."""

    def __init__(self, tell: Callable[[Sent], None]) -> None:
        self._tell = tell
        self._number = 0
        self._untraced: dict[int, float] = {}
        """Messages without a trace yet, and when (monotonic seconds) it is given up."""

    def listen(self, channel: Any) -> None:
        """Have the trace told on this channel, which is then for nothing else."""
        name = channel.queue_declare("", exclusive=True, auto_delete=True).queue
        channel.queue_bind(name, _TRACE, "publish.#")
        channel.basic_consume(name, no_ack=True, callback=self._traced)

    def send(self, channel: Any, kind: ExchangeKind, message: LabMessage, count: int) -> None:
        """Publish it so many times, each confirmed. Raises LabError when RabbitMQ takes none."""
        exchange = "" if kind is ExchangeKind.DEFAULT else EXCHANGE
        for _ in range(count):
            self._number += 1
            self._untraced[self._number] = time.monotonic() + TRACE_LIMIT
            try:
                self._publish(channel, exchange, message)
            except TimeoutError:
                self._untraced.pop(self._number, None)
                raise LabError(
                    "RabbitMQ does not take the message.",
                    "It may be short of disk or memory: see the Services page.",
                ) from None

    @property
    def due(self) -> float | None:
        """When the next trace is given up (monotonic seconds), None when none is awaited."""
        return min(self._untraced.values(), default=None)

    def give_up(self, now: float) -> None:
        """Tell of messages whose trace did not come."""
        for number in [n for n, until in self._untraced.items() if until <= now]:
            del self._untraced[number]
            self._tell(Sent(number, None))

    def _publish(self, channel: Any, exchange: str, message: LabMessage) -> None:
        from amqp.basic_message import Message  # noqa: PLC0415 - 7 MB, when first needed

        properties: dict[str, Any] = {
            "message_id": f"{NUMBER}{self._number}",
            "delivery_mode": 1,
            "content_type": "text/plain" if _is_text(message.body) else "application/octet-stream",
        }
        if message.headers:
            properties["application_headers"] = dict(message.headers)
        if message.expiration is not None:
            properties["expiration"] = str(message.expiration)
        channel.basic_publish(
            Message(message.body, **properties),
            exchange=exchange,
            routing_key=message.key,
            timeout=CONFIRM_LIMIT,
            confirm_timeout=CONFIRM_LIMIT,
        )

    def _traced(self, message: Any) -> None:
        headers = message.properties.get("application_headers") or {}
        number = number_of((headers.get("properties") or {}).get("message_id"))
        if number is not None and self._untraced.pop(number, None) is not None:
            self._tell(Sent(number, tuple(str(name) for name in headers["routed_queues"] or ())))


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
