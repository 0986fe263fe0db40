"""What a running lab tells: how it stands, where messages went, who holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from launcher.core.lab import Settle
from launcher.core.lab_headers import HeaderPairs


class LabPhase(Enum):
    """How far the lab on the broker has come."""

    CLOSED = auto()
    OPENING = auto()
    OPEN = auto()
    FAILED = auto()
    """It cannot be opened, or was lost; nothing of it goes on."""


@dataclass(frozen=True, slots=True)
class LabStands:
    """How it stands; `vhost` is the virtual host while there is one."""

    phase: LabPhase
    words: str = ""
    remedy: str = ""
    vhost: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message was taken by RabbitMQ; `queues` are those it was routed to, by its own trace.

    None when no trace came: then it is not known.
    """

    number: int
    queues: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A consumer was handed a message. `number` is that of `Sent`, None for a stranger's.

    `tag` names it towards the broker; `held` says that the consumer has to settle it. `died` tells
    why it is a dead letter and of which queue ("waited too long in a"), "" when it is none.
    """

    consumer: str
    queue: str
    tag: int
    number: int | None
    key: str
    headers: HeaderPairs
    body: bytes
    redelivered: bool
    held: bool
    died: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A consumer said what becomes of a message that it held."""

    consumer: str
    tag: int
    number: int | None
    how: Settle


@dataclass(frozen=True, slots=True)
class Consuming:
    """A consumer began."""

    consumer: str
    queue: str


@dataclass(frozen=True, slots=True)
class ConsumerGone:
    """A consumer is gone; what it held is back in its queue."""

    consumer: str
    words: str
    held: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages wait in each queue, not counting those that consumers hold."""

    ready: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Refused:
    """RabbitMQ, or the lab, did not do one thing that was asked; all else goes on."""

    words: str
    remedy: str = ""


LabEvent = LabStands | Sent | Delivered | Settled | Consuming | ConsumerGone | Waiting | Refused


def shown_body(body: bytes, most: int = 200) -> str:
    """A body in one line; bytes that are no UTF-8 are said to be so, and shown as numbers."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        more = "…" if len(body) > 16 else ""
        return f"{len(body)} bytes, not UTF-8: {body[:16].hex(' ')}{more}"
    line = "".join(c if c.isprintable() else "\N{SYMBOL FOR NEWLINE}" for c in text[:most])
    return line + ("…" if len(text) > most else "")
