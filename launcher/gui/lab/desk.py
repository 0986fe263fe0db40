"""The lab as the page has it: what is edited, how it stands on the broker, what happened so far.

Every widget of the page shows this one object and asks it; it alone talks to the session's lab.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from launcher.core.lab import Lab, LabConsumer, LabMessage, Settle
from launcher.core.lab_events import (
    ConsumerGone,
    Consuming,
    Delivered,
    LabEvent,
    LabPhase,
    LabStands,
    Refused,
    Sent,
    Settled,
    Waiting,
)
from launcher.core.lab_examples import EXAMPLES
from launcher.core.lab_prediction import Route, predict
from launcher.core.lab_words import told
from launcher.gui.background import Background
from launcher.gui.session import ExchangeLab

STORY = 200
"""Sentences that are kept."""


class LabDesk(QObject):
    """One lab at a time.

    Signals: `lab_changed()` what is edited; `stands_changed()` how it stands on the broker;
    `waiting_changed()` how many messages wait; `hands_changed()` who consumes and holds what;
    `sent(object)` a Sent of the lab as it is shown; `story_grew(str)` a sentence; `refused(str)`
    words for a notice.
    Private: `_arrived(object)` carries what the lab's thread tells to the window's.
    """

    lab_changed = Signal()
    stands_changed = Signal()
    waiting_changed = Signal()
    hands_changed = Signal()
    sent = Signal(object)
    story_grew = Signal(str)
    refused = Signal(str)
    _arrived = Signal(object)

    def __init__(
        self, room: ExchangeLab, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._room = room
        self._background = background
        self._pending: list[Callable[[], None]] = []
        self.lab: Lab = EXAMPLES[0]
        self._sent_from: Lab | None = None
        self._foretold: tuple[Lab, tuple[Route, ...]] | None = None
        self.stands = LabStands(LabPhase.CLOSED)
        self.waiting: dict[str, int] = {}
        self.hands: dict[str, list[Delivered]] = {}
        """Who consumes now, and what each holds."""
        self.last: dict[str, Delivered] = {}
        """What each consumer was handed last."""
        self.story: deque[str] = deque(maxlen=STORY)
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    # -- what is edited -------------------------------------------------------------------------

    def change(self, lab: Lab) -> None:
        """Have another lab; on the broker too, if it stands there."""
        if repr(lab) == repr(self.lab):  # in Python 1 == True
            return
        before, self.lab = self.lab, lab
        if self.open and _stands_otherwise(before, lab):
            self._room.apply(lab)
        known = {each.name: each for each in lab.consumers}
        for name in [name for name in self.hands if name not in known]:
            self._room.cut(name, "was removed")
        for each in before.consumers:
            now = known.get(each.name)
            if each.name in self.hands and now is not None and now != each:
                self._room.consume(now)
        self.lab_changed.emit()

    def begin(self, lab: Lab) -> None:
        """Have a lab from elsewhere, an example or a file: its consumers begin as well."""
        self.change(lab)
        if self.open:
            for consumer in lab.consumers:
                self._room.consume(consumer)

    def write(self, message: LabMessage) -> None:
        """Have another message."""
        self.change(replace(self.lab, message=message))

    def routes(self) -> tuple[Route, ...]:
        """Where the message would go."""
        # Every widget asks at every letter.
        if self._foretold is None or self._foretold[0] is not self.lab:
            self._foretold = (self.lab, predict(self.lab, self.lab.message))
        return self._foretold[1]

    # -- on the broker --------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """Whether it stands on the broker."""
        return self.stands.phase is LabPhase.OPEN

    def start(self) -> None:
        """Make the lab's virtual host, and all that the lab says in it."""
        if self.stands.phase in (LabPhase.OPEN, LabPhase.OPENING):
            return
        self._say(LabStands(LabPhase.OPENING))
        self._background.run(
            self, lambda: self._room.open(self._tell), lambda _none: None, self._failed
        )

    def stop(self) -> None:
        """Remove the virtual host with all that is in it."""
        self._pending.clear()
        self._background.run(
            self,
            self._room.close,
            lambda _none: self._take(LabStands(LabPhase.CLOSED)),
            self._failed,
        )

    def send(self, count: int = 1) -> None:
        """Send the message; the lab is made first if it does not stand."""
        message = self.lab.message
        self._sent_from = self.lab
        self._when_open(lambda: self._room.send(message, count))

    def consume(self, consumer: LabConsumer) -> None:
        """Have a consumer begin."""
        # One that is opened with the lab has begun by then.
        self._when_open(
            lambda: None if consumer.name in self.hands else self._room.consume(consumer)
        )

    def kill(self, name: str) -> None:
        """Cut a consumer's connection, as a kill of its process does."""
        self._room.cut(name, "died")

    def settle(self, message: Delivered, how: Settle) -> None:
        """Say what becomes of a message in a consumer's hands."""
        self._room.settle(message.consumer, message.tag, how)

    def purge(self, queue: str) -> None:
        """Drop what waits in a queue."""
        self._room.purge(queue)

    def watch(self, *, watched: bool) -> None:
        """Whether the page is seen."""
        self._room.watch(watched=watched)

    # -- inside ---------------------------------------------------------------------------------

    def _when_open(self, order: Callable[[], None]) -> None:
        if self.open:
            order()
            return
        self._pending.append(order)
        self.start()

    def _failed(self, error: Exception) -> None:
        self._take(
            LabStands(LabPhase.FAILED, f"The lab failed: {error}.", "See the launcher's log.")
        )

    def _tell(self, event: LabEvent) -> None:
        """On other threads; the window may have been built anew meanwhile."""
        if shiboken6.isValid(self):
            self._arrived.emit(event)

    def _take(self, event: LabEvent) -> None:
        sentence = told(event)
        if sentence:
            self.story.append(sentence)
            self.story_grew.emit(sentence)
        match event:
            case LabStands():
                self._say(event)
            case Sent():
                # Of a lab that was changed since, it says nothing about the one that is shown.
                if self._sent_from is self.lab:
                    self.sent.emit(event)
            case Waiting():
                self.waiting = dict(event.ready)
                self.waiting_changed.emit()
            case Refused():
                self.refused.emit(f"{event.words} {event.remedy}".strip())
            case Consuming() | ConsumerGone() | Delivered() | Settled():
                self._hand(event)

    def _hand(self, event: Consuming | ConsumerGone | Delivered | Settled) -> None:
        match event:
            case Consuming():
                self.hands[event.consumer] = []
            case ConsumerGone():
                self.hands.pop(event.consumer, None)
                self.last.pop(event.consumer, None)
            case Delivered():
                self.last[event.consumer] = event
                if event.held:
                    self.hands.setdefault(event.consumer, []).append(event)
            case Settled():
                held = self.hands.get(event.consumer, [])
                held[:] = [each for each in held if each.tag != event.tag]
        self.hands_changed.emit()

    def _say(self, stands: LabStands) -> None:
        self.stands = stands
        if stands.phase is LabPhase.OPEN:
            self._room.apply(self.lab)
            for consumer in self.lab.consumers:
                self._room.consume(consumer)
            pending, self._pending = self._pending, []
            for order in pending:
                order()
            self._room.watch(watched=True)
        elif stands.phase in (LabPhase.CLOSED, LabPhase.FAILED):
            self._pending.clear()
            self.hands.clear()
            self.last.clear()
            self.waiting.clear()
            self.hands_changed.emit()
            self.waiting_changed.emit()
        self.stands_changed.emit()


def _stands_otherwise(before: Lab, after: Lab) -> bool:
    """Whether the broker has to be told."""
    return repr((before.exchange, before.queues, before.bindings)) != repr(
        (after.exchange, after.queues, after.bindings)
    )
