"""Messages and where they are, as Celery's events tell it: pure, a bounded number of them.

An event of a task moves its message to a place. Events of one process come in order, those of two
processes may not, so a message is never moved back within one attempt: what comes late only fills
in what was not known. What a picture makes of it is left to `flow_motion`.
"""

from __future__ import annotations

import enum
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST = 5_000
"""Messages that are remembered; of more the oldest go."""
_LONGEST = 2_000
"""Characters of arguments or of an error that are kept."""


class Place(enum.IntEnum):
    """Where a message is; a higher one comes later in an attempt."""

    SENT = 0
    """Published: on its way to the queue or in it."""
    RECEIVED = 1
    """With a worker, not begun."""
    RUNNING = 2
    ENDED = 3
    """The worker is done with it; `Message.end` says how."""


class Step(NamedTuple):
    """One thing that happened: Celery's word for it, when on our clock, and at which node."""

    word: str
    at: float
    hostname: str
    detail: str = ""


@dataclass(slots=True)
class Message:
    """One message, by its task's id. Times are seconds since the epoch; "" is not known."""

    id: str
    task: str = ""
    arguments: str = ""
    keywords: str = ""
    producer: str = ""
    producer_pid: int | None = None
    exchange: str = ""
    key: str = ""
    queue: str = ""
    worker: str = ""
    eta: str = ""
    place: Place = Place.SENT
    attempt: int = 0
    routed: bool = False
    """Whether its exchange, key and queue were told."""
    end: str = ""
    """Celery's word for its end: succeeded, failed, retried, revoked, rejected."""
    error: str = ""
    mail_state: str = ""
    """What the outbox says of its mail, once that was asked."""
    steps: list[Step] = field(default_factory=list)

    @property
    def mail(self) -> int | None:
        """The mail it wakes up a worker for; None when it is of another task."""
        found = _MAIL.fullmatch(self.id)
        return int(found[1]) if found else None

    @property
    def began(self) -> float:
        """When it was first heard of."""
        return self.steps[0].at if self.steps else 0.0


_MAIL = re.compile(r"mail-(\d{1,18})-\d{1,9}")

_PLACES: Mapping[str, Place] = {
    "sent": Place.SENT,
    "received": Place.RECEIVED,
    "started": Place.RUNNING,
    "succeeded": Place.ENDED,
    "failed": Place.ENDED,
    "retried": Place.ENDED,
    "revoked": Place.ENDED,
    "rejected": Place.ENDED,
}
_FINAL = frozenset({"succeeded", "failed", "revoked", "rejected"})


class Messages:
    """All that are known, the one heard of last at the end."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._by_id: OrderedDict[str, Message] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, message_id: str) -> Message | None:
        """The message of this id, if it is remembered."""
        return self._by_id.get(message_id)

    def newest(self, count: int) -> list[Message]:
        """Those heard of last, newest first."""
        found: list[Message] = []
        for message in reversed(self._by_id.values()):
            if len(found) == count:
                break
            found.append(message)
        return found

    def give_back(self, worker: str, at: float) -> list[Message]:
        """A worker is gone: what it held and had not ended is in its queue again, for another."""
        found = [
            one
            for one in self._by_id.values()
            if one.worker == worker and one.place in (Place.RECEIVED, Place.RUNNING)
        ]
        for message in found:
            message.place = Place.SENT
            message.attempt += 1
            message.steps.append(Step("given back", at, worker, "its worker is gone"))
        return found

    def take(self, event: Mapping[str, Any]) -> tuple[Message, bool] | None:
        """Take in an event; the message and whether it is at another place now.

        None for an event that is of no message. Never raises, whatever the event holds.
        """
        kind = event.get("type")
        if not isinstance(kind, str) or not kind.startswith("task-"):
            return None
        word, message_id = kind[5:], event.get("uuid")
        place = _PLACES.get(word)
        if place is None or not isinstance(message_id, str) or not message_id:
            return None
        message = self._by_id.get(message_id)
        if message is None:
            message = self._by_id[message_id] = Message(message_id)
            while len(self._by_id) > self._most:
                self._by_id.popitem(last=False)
            new = True
        else:
            self._by_id.move_to_end(message_id)
            new = False
        moved = _moved(message, word, place, new=new)
        _fill_in(message, word, event)
        message.steps.append(
            Step(word, float(event.get("at") or 0.0), _text(event.get("hostname")), _detail(event))
        )
        del message.steps[:-64]
        return message, moved


def _moved(message: Message, word: str, place: Place, *, new: bool) -> bool:
    """Move it to its place; whether that is another one."""
    if new:
        message.place = place
        message.end = word if place is Place.ENDED else ""
        return True
    again = message.place is Place.ENDED and (message.end == "retried" or message.end in _FINAL)
    if again and place is Place.SENT and message.routed:
        # A retry, or the same task published once more: a second way through the picture.
        message.attempt += 1
        message.place, message.end, message.error, message.mail_state = place, "", "", ""
        return True
    if again and place is Place.RECEIVED and message.end == "retried":
        message.attempt += 1
        message.place, message.end = place, ""
        return True
    if place <= message.place:
        return False
    message.place = place
    if place is Place.ENDED:
        message.end = word
    return True


def _fill_in(message: Message, word: str, event: Mapping[str, Any]) -> None:
    if word == "sent":
        message.routed = True
        message.producer = _text(event.get("hostname"))
        pid = event.get("pid")
        message.producer_pid = pid if isinstance(pid, int) else None
        message.exchange = _text(event.get("exchange"))
        message.key = _text(event.get("routing_key"))
        message.queue = _text(event.get("queue")) or message.queue
    else:
        message.worker = _text(event.get("hostname"))
    if word in ("sent", "received"):
        message.task = _text(event.get("name")) or message.task
        message.arguments = _text(event.get("args")) or message.arguments
        message.keywords = _text(event.get("kwargs")) or message.keywords
        message.eta = _text(event.get("eta"))
    if word in ("failed", "retried"):
        message.error = _text(event.get("traceback")) or _text(event.get("exception"))


def _detail(event: Mapping[str, Any]) -> str:
    runtime = event.get("runtime")
    if isinstance(runtime, int | float):
        return f"in {runtime * 1000:.0f} ms"
    return _text(event.get("exception"))[:200]


def _text(given: object) -> str:
    return "" if given is None else str(given)[:_LONGEST]
