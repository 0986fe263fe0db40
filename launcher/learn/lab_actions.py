"""Actions in a lab of their own on RabbitMQ: exchanges, acknowledgement, messaging models."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from launcher.core.lab import Lab, LabConsumer, LabMessage
from launcher.core.lab_events import (
    ConsumerGone,
    Consuming,
    Delivered,
    LabEvent,
    LabPhase,
    LabStands,
    Refused,
    Sent,
    Waiting,
)
from launcher.core.lab_prediction import predict
from launcher.core.lessons import Seen
from launcher.core.lessons_labs import (
    ANSWERS,
    CAREFUL,
    CARELESS,
    HELD,
    OTHER_KINDS,
    SHARED,
    SUBSCRIBED,
    TAKER,
    TOPIC,
)
from launcher.learn.stage import LessonError, Stage, Tell
from launcher.runtime.lab import LabRoom

_PATIENCE = 10.0
_SETTLED = 2.5
"""Seconds in which the lab counts its queues twice."""


def routing(stage: Stage, tell: Tell) -> str:
    """One message to a topic exchange, then one to each other kind; RabbitMQ says where it went."""
    with _opened(stage) as desk:
        reached = desk.send(TOPIC)
        for route in predict(TOPIC, TOPIC.message):
            got = route.queue in reached
            tell(Seen(route.queue, f"{'gets it' if got else 'does not'}: {route.why}"))
        for lab in OTHER_KINDS:
            words = ", ".join(desk.send(lab)) or "no queue"
            tell(Seen(f"A {lab.exchange.value} exchange", f"{lab.note} → {words}"))
    return next((key for key, queues in ANSWERS.items() if queues == set(reached)), "")


def acknowledging(stage: Stage, tell: Tell) -> str:
    """Two consumers die with five messages each; one had acknowledged them before its work."""
    with _opened(stage) as desk:
        desk.have(HELD)
        for queue in (CARELESS.queue, CAREFUL.queue):
            desk.room.send(LabMessage(queue, body=b"work"), HELD_MESSAGES)
        desk.until(lambda: all(desk.handed[each.name] == HELD_MESSAGES for each in HELD.consumers))
        tell(Seen("Both consumers were handed", f"{HELD_MESSAGES} messages each"))
        for each in HELD.consumers:
            desk.room.cut(each.name, "died")
        left = desk.left()
        tell(Seen("Acknowledged on delivery, then died", f"{left.get(CARELESS.queue)} are left"))
        tell(Seen("Not yet acknowledged, then died", f"{left.get(CAREFUL.queue)} are left"))
        if left.get(CAREFUL.queue):
            desk.consume(TAKER)
            desk.until(lambda: desk.handed[TAKER.name] == left.get(CAREFUL.queue))
            again = desk.again[TAKER.name]
            tell(Seen("The next consumer got", f"{again} of them, marked as redelivered"))
    lost, kept = left.get(CARELESS.queue) == 0, left.get(CAREFUL.queue) == HELD_MESSAGES
    return "unacknowledged" if lost and kept else "all" if kept else "none"


def sharing(stage: Stage, tell: Tell) -> str:
    """Six messages to two consumers of one queue, then to two queues of a fanout exchange."""
    with _opened(stage) as desk:
        shared = desk.spread(SHARED)
        tell(Seen("Two consumers, one queue", _each(shared)))
        copied = desk.spread(SUBSCRIBED)
        tell(Seen("Two consumers, a queue each, fanout", _each(copied)))
    divided = sum(shared.values()) == MESSAGES and all(shared.values())
    if all(count == MESSAGES for count in copied.values()):
        return "shared, then copied" if divided else "always copied"
    return "always shared"


HELD_MESSAGES = 5
MESSAGES = 6


class _Desk:
    """A lab that stands, and what it has told so far. Told on the lab's thread."""

    def __init__(self, stage: Stage, room: LabRoom) -> None:
        self.room = room
        self._stage = stage
        self._lock = threading.Lock()
        self._open = False
        self._trouble: LessonError | None = None
        self._sent: list[Sent] = []
        self._consuming: set[str] = set()
        self._ready: dict[str, int] = {}
        self.handed: Counter[str] = Counter()
        """How many messages each consumer was handed."""
        self.again: Counter[str] = Counter()
        """How many of them were redelivered."""

    def tell(self, event: LabEvent) -> None:
        with self._lock:
            match event:
                case LabStands(phase=LabPhase.OPEN):
                    self._open = True
                case LabStands(phase=LabPhase.FAILED) | Refused():
                    self._trouble = LessonError(event.words, event.remedy)
                case Sent():
                    self._sent.append(event)
                case Consuming():
                    self._consuming.add(event.consumer)
                case ConsumerGone():
                    self._consuming.discard(event.consumer)
                case Delivered():
                    self.handed[event.consumer] += 1
                    self.again[event.consumer] += event.redelivered
                case Waiting():
                    self._ready = dict(event.ready)

    def open(self) -> None:
        """Make the virtual host and connect."""
        self.room.open(self.tell)
        self.until(lambda: self._open)

    def have(self, lab: Lab) -> None:
        """Make it stand, and its consumers begin."""
        self.room.apply(lab)
        for each in lab.consumers:
            self.consume(each)

    def consume(self, consumer: LabConsumer) -> None:
        """Have a consumer begin, and wait until it has."""
        self._consuming.discard(consumer.name)
        self.room.consume(consumer)
        self.until(lambda: consumer.name in self._consuming)

    def send(self, lab: Lab) -> tuple[str, ...]:
        """Send the lab's message; the queues that RabbitMQ says it reached."""
        self.have(lab)
        before = len(self._sent)
        self.room.send(lab.message)
        self.until(lambda: len(self._sent) > before)
        queues = self._sent[-1].queues
        if queues is None:
            raise LessonError("RabbitMQ did not say where the message went.", "Run it again.")
        return queues

    def spread(self, lab: Lab) -> Counter[str]:
        """Send the lab's message six times; how many each of its consumers was handed."""
        self.have(lab)
        self.room.send(lab.message, MESSAGES)
        copies = MESSAGES * len(lab.queues)
        names = [each.name for each in lab.consumers]
        self.until(lambda: sum(self.handed[name] for name in names) == copies)
        return Counter({name: self.handed[name] for name in names})

    def left(self) -> dict[str, int]:
        """The messages that wait in each queue once the dead consumers' connections are gone.

        The lab tells a count that differs from the one before, so the last one holds.
        """
        self.until(lambda: not self._consuming)
        self.room.watch(watched=True)
        self._stage.pause(_SETTLED)
        with self._lock:
            return dict(self._ready)

    def until(self, question: Callable[[], bool]) -> None:
        """Wait until it is so; what the lab says against it is raised."""

        def so() -> bool:
            with self._lock:
                if self._trouble is not None:
                    raise self._trouble
                return question()

        self._stage.wait_for(so, _PATIENCE, "What the lab was asked for")


@contextmanager
def _opened(stage: Stage) -> Iterator[_Desk]:
    room = stage.lab()
    desk = _Desk(stage, room)
    try:
        desk.open()
        yield desk
    finally:
        room.close(for_good=True)


def _each(counts: Counter[str]) -> str:
    return ", ".join(f"{name} got {count}" for name, count in sorted(counts.items()))
