"""One consumer of a lab, on a connection of its own: only so can it die alone.

Used by the lab's thread and no other. What it was handed and has not settled is held by number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launcher.core.lab import AckMode, LabConsumer, Settle
from launcher.core.lab_error import LabError
from launcher.core.lab_events import Delivered, Settled
from launcher.core.lab_headers import HeaderPairs
from launcher.runtime.broker_connection import let_go

NUMBER = "lab-"
"""What the message ids of a lab begin with; the message's number follows."""


class Consumer:
    """Consumes from its making on. Raises what amqp raises."""

    def __init__(
        self, connection: Any, spec: LabConsumer, tell: Callable[[Delivered | Settled], None]
    ) -> None:
        """`connection` is a kombu connection, which the consumer then owns."""
        self.spec = spec
        self.connection = connection
        self.cancelled = False
        self._tell = tell
        self._held: dict[int, int | None] = {}
        self._channel = connection.channel()
        self._channel.auto_decode = False
        by_hand = spec.ack is AckMode.BY_HAND
        if by_hand and spec.prefetch:
            self._channel.basic_qos(0, spec.prefetch, a_global=False)
        self._channel.basic_consume(
            spec.queue,
            consumer_tag=spec.name,
            no_ack=not by_hand,
            callback=self._arrived,
            on_cancel=self._cancel,
        )

    @property
    def held(self) -> int:
        """How many messages it holds."""
        return len(self._held)

    def settle(self, tag: int, how: Settle) -> None:
        """Say what becomes of a message that it holds. Raises LabError if it holds none such."""
        if tag not in self._held:
            raise LabError(
                f"{self.spec.name} does not hold this message any more.",
                "What it held went back to its queue when its connection ended.",
            )
        if how is Settle.ACK:
            self._channel.basic_ack(tag)
        else:
            self._channel.basic_reject(tag, requeue=how is Settle.REQUEUE)
        self._tell(Settled(self.spec.name, tag, self._held.pop(tag), how))

    def end(self) -> None:
        """Cut the connection without a word, as a process that is killed does."""
        let_go(self.connection)

    def _cancel(self, _tag: str) -> None:
        self.cancelled = True

    def _arrived(self, message: Any) -> None:
        info = message.delivery_info
        tag = int(info["delivery_tag"])
        number = number_of(message.properties.get("message_id"))
        held = self.spec.ack is AckMode.BY_HAND
        if held:
            self._held[tag] = number
        headers = message.properties.get("application_headers") or {}
        body = message.body
        self._tell(
            Delivered(
                consumer=self.spec.name,
                queue=self.spec.queue,
                tag=tag,
                number=number,
                key=_text(info["routing_key"]),
                headers=_plain(headers),
                body=body if isinstance(body, bytes) else str(body).encode("utf-8", "replace"),
                redelivered=bool(info["redelivered"]),
                held=held,
                died=_death(headers),
            )
        )


def number_of(message_id: Any) -> int | None:
    """The number of a message of the lab by its id; None for a stranger's."""
    text = str(message_id or "")
    digits = text.removeprefix(NUMBER)
    known = text.startswith(NUMBER) and digits.isascii() and digits.isdigit() and len(digits) < 10
    return int(digits) if known else None


def _plain(headers: Any) -> HeaderPairs:
    """The headers that a lab shows; RabbitMQ's own notes on a dead letter are told otherwise."""
    if not isinstance(headers, dict):
        return ()
    return tuple(
        (str(name), value if value is None or isinstance(value, str | int | float) else str(value))
        for name, value in headers.items()
        if not str(name).startswith(("x-death", "x-first-death"))
    )


def _death(headers: Any) -> str:
    deaths = headers.get("x-death") if isinstance(headers, dict) else None
    if not isinstance(deaths, list) or not deaths or not isinstance(deaths[0], dict):
        return ""
    reason = _REASONS.get(str(deaths[0].get("reason")), str(deaths[0].get("reason")))
    return f"{reason} in {deaths[0].get('queue')}"


_REASONS = {
    "rejected": "was rejected",
    "expired": "waited too long",
    "maxlen": "found no room",
    "delivery_limit": "came back too often",
}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
