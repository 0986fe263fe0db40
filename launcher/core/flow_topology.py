"""Exchanges, bindings and queues as RabbitMQ's management API tells them: pure.

Answers are read as they may come: a field that is missing, or of another kind, is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

MOST_QUEUES = 6
"""That are drawn; the rest is counted."""


@dataclass(frozen=True, slots=True)
class QueueNumbers:
    """One queue. None is a number that is not known; rates are messages a second."""

    name: str
    ready: int | None = None
    unacked: int | None = None
    consumers: int | None = None
    published: float | None = None
    delivered: float | None = None
    acked: float | None = None
    dead_letters_to: tuple[str, str] | None = None
    """Exchange and routing key that rejected messages are published to."""


@dataclass(frozen=True, slots=True)
class Binding:
    """From an exchange to a queue; `exchange` "" is the default one, bound to all by their name."""

    exchange: str
    queue: str
    key: str
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Topology:
    """What was seen at one look. `total` counts all queues that were asked for, shown or not."""

    queues: tuple[QueueNumbers, ...] = ()
    bindings: tuple[Binding, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    """Names of exchanges and their types."""
    total: int = 0

    def queue(self, name: str) -> QueueNumbers | None:
        """The queue of this name."""
        return next((one for one in self.queues if one.name == name), None)

    def kind(self, exchange: str) -> str:
        """The type of an exchange, "" when it is not known."""
        return dict(self.kinds).get(exchange, "direct" if not exchange else "")

    def dead_letter_queue(self, queue: str) -> str:
        """Where a message goes that is rejected from this queue, "" when it is dropped."""
        found = self.queue(queue)
        if found is None or found.dead_letters_to is None:
            return ""
        exchange, key = found.dead_letters_to
        key = key or queue
        if not exchange:
            return key
        fits = [b.queue for b in self.bindings if b.exchange == exchange and b.key in (key, "#")]
        return fits[0] if fits else ""

    def with_depths(self, depths: Mapping[str, tuple[int, int | None]]) -> Topology:
        """The same, with what each queue holds now and how many consume from it.

        Queues that were not known are added.
        """
        known = {one.name: one for one in self.queues}
        for name, (ready, consumers) in depths.items():
            before = known.get(name) or QueueNumbers(name)
            known[name] = replace(
                before,
                ready=ready,
                consumers=before.consumers if consumers is None else consumers,
            )
        return replace(self, queues=tuple(known.values()), total=max(self.total, len(known)))


def internal(queue: str) -> bool:
    """Whether Celery or this program made it for itself: replies, events, remote control."""
    return (
        queue.startswith(("celeryev", "amq.gen-", "launcher-flow."))
        or queue.endswith(".pidbox")
        or ".reply." in queue
    )


def queue_numbers(given: Mapping[str, Any]) -> QueueNumbers | None:
    """One queue of `/api/queues`; None when it has no name."""
    name = given.get("name")
    if not isinstance(name, str):
        return None
    stats = _mapping(given.get("message_stats"))
    arguments = _mapping(given.get("arguments"))
    exchange = arguments.get("x-dead-letter-exchange")
    key = arguments.get("x-dead-letter-routing-key")
    return QueueNumbers(
        name,
        _whole(given.get("messages_ready")),
        _whole(given.get("messages_unacknowledged")),
        _whole(given.get("consumers")),
        _rate(stats, "publish"),
        _rate(stats, "deliver_get"),
        _rate(stats, "ack"),
        (exchange, key if isinstance(key, str) else "") if isinstance(exchange, str) else None,
    )


def bindings_of(given: Iterable[Mapping[str, Any]]) -> tuple[Binding, ...]:
    """Those of `/api/queues/…/bindings` or `/api/bindings/…` that lead to a queue."""
    found = []
    for one in given:
        source, queue = one.get("source"), one.get("destination")
        if one.get("destination_type") != "queue" or not isinstance(queue, str):
            continue
        arguments = _mapping(one.get("arguments"))
        words = ", ".join(f"{name}={value}" for name, value in sorted(arguments.items()))
        found.append(
            Binding(str(source or ""), queue, str(one.get("routing_key") or "")[:200], words[:200])
        )
    return tuple(found)


def chosen(queues: Iterable[QueueNumbers], wanted: Iterable[str]) -> list[QueueNumbers]:
    """Those that are drawn: first what messages were seen in, then the fullest and the busiest."""
    first = {name: number for number, name in enumerate(wanted)}
    many = len(first)
    return sorted(
        queues,
        key=lambda one: (
            first.get(one.name, many),
            not one.consumers,
            -((one.ready or 0) + (one.unacked or 0)),
            -(one.published or 0.0),
            one.name,
        ),
    )[:MOST_QUEUES]


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _whole(given: object) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _rate(stats: Mapping[str, Any], name: str) -> float | None:
    rate = _mapping(stats.get(f"{name}_details")).get("rate")
    return float(rate) if isinstance(rate, int | float) else None
