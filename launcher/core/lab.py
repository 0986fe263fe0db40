"""A lab: one exchange, its queues and bindings, who consumes, and the message that is written.

Values alone, each checked when it is made: what RabbitMQ would refuse, or would understand
otherwise than it looks, raises LabError here, with words and a remedy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from launcher.core.lab_error import LabError
from launcher.core.lab_headers import HeaderPairs, check_headers, fits_utf8
from launcher.core.matching import ExchangeKind, HeaderMatch

EXCHANGE = "lab"
"""What the exchange of a lab is called on the broker; the default exchange has no name."""
SHORT = 255
"""Bytes of a name or a key: AMQP's short strings hold no more."""
MOST_BODY = 65_536
MOST_QUEUES, MOST_BINDINGS, MOST_CONSUMERS = 50, 200, 10
LONGEST_WAIT = 24 * 60 * 60 * 1000
"""Milliseconds that a message may be told to wait."""
MOST_PREFETCH = 100


class AckMode(StrEnum):
    """Who says that a message is done."""

    AUTOMATIC = "automatic"
    """RabbitMQ forgets a message as soon as it is handed out."""
    BY_HAND = "by hand"
    """RabbitMQ keeps it until the consumer says so."""


class Settle(StrEnum):
    """What a consumer says of a message that it holds."""

    ACK = "ack"
    REQUEUE = "requeue"
    """A nack that gives it back to its queue."""
    REJECT = "reject"
    """A nack that does not: to the dead letters if the queue has any, else it is gone."""


@dataclass(frozen=True, slots=True)
class LabQueue:
    """`ttl` are milliseconds that a message may wait in it; `dead_letters_to` names another queue
    of the lab, "" none: there goes what was rejected or waited too long.
    """

    name: str
    ttl: int | None = None
    dead_letters_to: str = ""

    def __post_init__(self) -> None:
        check_queue_name(self.name)
        check_wait(self.ttl)
        if self.dead_letters_to == self.name:
            raise LabError(
                f"The queue {self.name} cannot be its own dead letter queue.",
                "Choose another queue.",
            )


@dataclass(frozen=True, slots=True)
class LabBinding:
    """`key` is for direct and topic exchanges, `arguments` and `match` for headers exchanges."""

    queue: str
    key: str = ""
    arguments: HeaderPairs = ()
    match: HeaderMatch = HeaderMatch.ALL

    def __post_init__(self) -> None:
        check_key(self.key, "binding key")
        check_headers(self.arguments)


@dataclass(frozen=True, slots=True)
class LabConsumer:
    """`prefetch` is how many messages it may hold at once, 0 without a limit; by hand only."""

    name: str
    queue: str
    ack: AckMode = AckMode.BY_HAND
    prefetch: int = 1

    def __post_init__(self) -> None:
        if not self.name or not fits_utf8(self.name, SHORT):
            raise LabError(f"A consumer's name has 1 to {SHORT} bytes.", "Take another name.")
        if not 0 <= self.prefetch <= MOST_PREFETCH:
            raise LabError(
                f"A prefetch is a number from 1 to {MOST_PREFETCH}, or 0: without a limit.",
                "Correct the number.",
            )


@dataclass(frozen=True, slots=True)
class LabMessage:
    """`body` are bytes, UTF-8 or not; `expiration` milliseconds that it may wait in a queue."""

    key: str = ""
    headers: HeaderPairs = ()
    body: bytes = b""
    expiration: int | None = None

    def __post_init__(self) -> None:
        check_key(self.key, "routing key")
        check_headers(self.headers)
        check_wait(self.expiration)
        if len(self.body) > MOST_BODY:
            raise LabError(
                f"The body has {len(self.body):,} bytes.", f"A lab takes up to {MOST_BODY:,}."
            )


@dataclass(frozen=True, slots=True)
class Lab:
    """All of it. `note` are the author's words, such as what to try."""

    name: str = "My lab"
    exchange: ExchangeKind = ExchangeKind.TOPIC
    queues: tuple[LabQueue, ...] = ()
    bindings: tuple[LabBinding, ...] = ()
    consumers: tuple[LabConsumer, ...] = ()
    message: LabMessage = field(default_factory=LabMessage)
    note: str = ""

    def __post_init__(self) -> None:
        _check_counts(self)
        names = [queue.name for queue in self.queues]
        _check_twice(names, "queue")
        _check_twice([consumer.name for consumer in self.consumers], "consumer")
        for binding in self.bindings:
            _check_known(binding.queue, names, "A binding")
        for consumer in self.consumers:
            _check_known(consumer.queue, names, f"The consumer {consumer.name}")
        for queue in self.queues:
            if queue.dead_letters_to:
                _check_known(queue.dead_letters_to, names, f"The queue {queue.name}")

    def queue(self, name: str) -> LabQueue:
        """The queue of this name; KeyError when there is none."""
        for each in self.queues:
            if each.name == name:
                return each
        raise KeyError(name)

    def bindings_of(self, queue: str) -> tuple[LabBinding, ...]:
        """The bindings that lead to a queue, in their order."""
        return tuple(each for each in self.bindings if each.queue == queue)

    def without_queue(self, name: str) -> Lab:
        """The lab once a queue is removed, with all that leads to it and consumes from it."""
        return replace(
            self,
            queues=tuple(
                replace(each, dead_letters_to="") if each.dead_letters_to == name else each
                for each in self.queues
                if each.name != name
            ),
            bindings=tuple(each for each in self.bindings if each.queue != name),
            consumers=tuple(each for each in self.consumers if each.queue != name),
        )

    def with_queue_renamed(self, before: str, after: LabQueue) -> Lab:
        """The lab once a queue is changed; bindings, consumers and dead letters follow its name."""
        queues = tuple(
            after
            if each.name == before
            else replace(each, dead_letters_to=after.name)
            if each.dead_letters_to == before
            else each
            for each in self.queues
        )
        bindings = tuple(
            replace(each, queue=after.name) if each.queue == before else each
            for each in self.bindings
        )
        consumers = tuple(
            replace(each, queue=after.name) if each.queue == before else each
            for each in self.consumers
        )
        return replace(self, queues=queues, bindings=bindings, consumers=consumers)


def check_queue_name(name: str) -> str:
    """A queue's name as RabbitMQ takes it. Raises LabError."""
    if not name:
        raise LabError("A queue has no name.", "Give it one.")
    if not fits_utf8(name, SHORT):
        raise _too_long("queue's name", name)
    if name.startswith("amq."):
        raise LabError(f"The queue cannot be named {name}.", "amq. is kept for RabbitMQ itself.")
    return name


def check_key(key: str, what: str) -> str:
    """A key as AMQP carries it: any letters, at most 255 bytes. Raises LabError."""
    if not fits_utf8(key, SHORT):
        raise _too_long(what, key)
    return key


def check_wait(milliseconds: int | None) -> int | None:
    """A time to live, None for none. Raises LabError."""
    if milliseconds is not None and not 0 <= milliseconds <= LONGEST_WAIT:
        raise LabError(
            "A time to live is a number of milliseconds from 0 to a day.", "Correct the number."
        )
    return milliseconds


def _too_long(what: str, text: str) -> LabError:
    try:
        size = f"{len(text.encode()):,} bytes"
    except UnicodeEncodeError:
        return LabError(f"The {what} holds letters that no UTF-8 has.", "Write it anew.")
    words = f" ({text.count('.') + 1} words)" if "key" in what else ""
    return LabError(f"The {what} has {size}{words}.", f"AMQP's limit is {SHORT} bytes: shorten it.")


def _check_counts(lab: Lab) -> None:
    for found, most, what in (
        (lab.queues, MOST_QUEUES, "queues"),
        (lab.bindings, MOST_BINDINGS, "bindings"),
        (lab.consumers, MOST_CONSUMERS, "consumers"),
    ):
        if len(found) > most:
            raise LabError(f"A lab has at most {most} {what}, not {len(found)}.", "Remove some.")


def _check_twice(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise LabError(f"There are two {what}s named {name}.", "Take another name.")
        seen.add(name)


def _check_known(queue: str, names: Iterable[str], who: str) -> None:
    if queue not in names:
        raise LabError(f"{who} names the queue {queue}, which is not there.", "Add the queue.")
