"""What Celery's workers and publishers tell of themselves, received in a thread of its own.

Owns the connection, its return after a loss, and the batches in which events reach whoever listens.
What events mean is left to who listens. The messages are those of `celery.events`; Celery's own
receiver is not used, since Celery is 25 MB and kombu 7.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from launcher.core.sender_clocks import SenderClocks
from launcher.runtime.broker_connection import (
    is_embedded,
    let_go,
    open_channel,
    open_connection,
)
from launcher.runtime.probes.answers import network_words

Event = dict[str, Any]
"""As Celery sends it: `type`, `hostname`, `timestamp`, and what belongs to the type; beside these
`local_received` and `at`, both seconds since the epoch on our clock: when it arrived, when it was
sent."""

GATHERED = 0.06
"""Seconds between two looks while events come: what comes meanwhile is one batch."""
QUIET = 0.5
"""Seconds that a look waits while nothing comes; so long at most takes the end of the thread."""
LARGEST_BATCH = 2_000
_TIMEOUT = 5.0
_HEARTBEAT = 10
"""Seconds; a broker that is silent for two of them counts as gone."""
_AGAIN_FIRST, _AGAIN_CAP = 0.5, 8.0
"""Seconds until a lost connection is tried again, from the first to the last."""
_LATEST = 1e11
"""Seconds since the epoch; a stamp beyond, or one that is no number, is no time."""
_MOST_WAITING = 100_000
"""Events that the broker keeps for a listener that does not listen; older ones go."""


@dataclass(frozen=True, slots=True)
class EventsState:
    """How the listening stands.

    `connections` counts those that were made: while it rises, events between two were missed.
    """

    connected: bool
    problem: str = ""
    """Why it is not connected, "" while it is or is about to be."""
    connections: int = 0
    unreadable: int = 0
    """Messages that were no events: not JSON, not UTF-8, without a type."""
    clocks: str = ""
    """Machines whose clocks differ from ours, in words; "" when all agree."""


EventsObserver = Callable[[list[Event]], None]
StateObserver = Callable[[EventsState], None]


class CeleryEvents:
    """Listens while anybody wants to know; costs nothing while nobody does.

    Observers are called on the thread that receives and must be quick.
    """

    def __init__(self, url: Callable[[], str], note: Callable[[str], None]) -> None:
        """`url` gives the broker's, with its login; `note` takes what nobody expected."""
        self._url = url
        self._note = note
        self._lock = threading.Lock()
        self._observers: list[tuple[EventsObserver, StateObserver]] = []
        self._run: _Run | None = None
        self._closed = False

    def subscribe(
        self, events: EventsObserver, state: StateObserver = lambda _state: None
    ) -> Callable[[], None]:
        """Be told batches of events and how the listening stands; returns what ends it."""
        observer = (events, state)
        with self._lock:
            if self._closed:
                return lambda: None
            self._observers.append(observer)
            if self._run is None:
                self._run = _Run(self._url, self._tell, self._tell_state, self._note)
                self._run.start()
            else:
                state(self._run.state)

        def leave() -> None:
            with self._lock:
                if observer in self._observers:
                    self._observers.remove(observer)
                if not self._observers:
                    self._end()

        return leave

    def close(self) -> None:
        """Tell nobody any more; the thread ends by itself within `QUIET`."""
        with self._lock:
            self._closed = True
            self._observers.clear()
            self._end()

    def _end(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.stop()

    def _tell(self, run: _Run, events: list[Event]) -> None:
        for observer, _ in self._of(run):
            observer(events)

    def _tell_state(self, run: _Run, state: EventsState) -> None:
        for _, observer in self._of(run):
            observer(state)

    def _of(self, run: _Run) -> list[tuple[EventsObserver, StateObserver]]:
        """Those to be told, none by a thread that is to end."""
        with self._lock:
            return list(self._observers) if run is self._run else []


class _Run:
    """One thread, from the first who listens to the last."""

    def __init__(
        self,
        url: Callable[[], str],
        tell: Callable[[_Run, list[Event]], None],
        tell_state: Callable[[_Run, EventsState], None],
        note: Callable[[str], None],
    ) -> None:
        self._url = url
        self._tell = tell
        self._tell_state = tell_state
        self._note = note
        self._leave = threading.Event()
        self._clocks = SenderClocks()
        self._batch: list[Event] = []
        self._unreadable = 0
        self._connections = 0
        self._said_unexpected = False
        self.state = EventsState(connected=False)

    def start(self) -> None:
        threading.Thread(target=self._listen, name="celery-events", daemon=True).start()

    def stop(self) -> None:
        self._leave.set()

    def _listen(self) -> None:
        pause = _AGAIN_FIRST
        while not self._leave.is_set():
            before = self._connections
            try:
                self._once()
            except Exception as error:  # noqa: BLE001 - kombu's transports raise their own kinds
                self._say(connected=False, problem=_words(error))
                self._note_unexpected(error)
            pause = _AGAIN_FIRST if self._connections > before else min(2 * pause, _AGAIN_CAP)
            self._leave.wait(pause)

    def _once(self) -> None:
        """Connect and receive until it is to end, or something fails."""
        connection = open_connection(self._url(), _TIMEOUT, name="celery-launcher events")
        if not is_embedded(connection):
            connection.heartbeat = _HEARTBEAT
        try:
            channel = open_channel(connection)
            queue = _queue(channel)
            consumer = _consumer(channel, queue, self._take)
            consumer.consume()
            self._connections += 1
            self._say(connected=True)
            self._receive(connection)
            # On the embedded broker a binding outlives its connection, and every event would be
            # written for nobody ever after.
            with contextlib.suppress(Exception):
                consumer.cancel()
                queue.delete()
        finally:
            let_go(connection)

    def _receive(self, connection: Any) -> None:
        beats = connection.supports_heartbeats and connection.heartbeat
        while not self._leave.is_set():
            if self._drain(connection, QUIET):
                self._leave.wait(GATHERED)
                while len(self._batch) < LARGEST_BATCH and self._drain(connection, 0):
                    pass
                self._hand_over()
            if beats:
                connection.heartbeat_check()

    def _drain(self, connection: Any, seconds: float) -> bool:
        """Take what is there; False when nothing came in time."""
        try:
            connection.drain_events(timeout=seconds)
        except TimeoutError:
            return False
        return True

    def _take(self, message: Any) -> None:
        """Note what a message says: an event, or a list of them."""
        received = time.time()
        try:
            told = json.loads(message.body)
            for event in told if isinstance(told, list) else (told,):
                stamp = event["timestamp"]
                event["type"].partition("-")
                if not 0 <= stamp < _LATEST:
                    raise ValueError(stamp)
                event["local_received"] = received
                event["at"] = self._clocks.ours(str(event.get("hostname", "")), stamp, received)
                self._batch.append(event)
        except (ValueError, TypeError, KeyError, AttributeError):
            self._unreadable += 1

    def _hand_over(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            self._tell(self, batch)
        if (self._unreadable, self._clocks.words) != (self.state.unreadable, self.state.clocks):
            self._say(connected=True)

    def _say(self, *, connected: bool, problem: str = "") -> None:
        self.state = EventsState(
            connected, problem, self._connections, self._unreadable, self._clocks.words
        )
        self._tell_state(self, self.state)

    def _note_unexpected(self, error: Exception) -> None:
        """Errors of the network come again and again; of others one trace is enough."""
        from amqp.exceptions import AMQPError  # noqa: PLC0415 - 7 MB, when first needed
        from kombu.exceptions import KombuError  # noqa: PLC0415 - the same

        if isinstance(error, OSError | AMQPError | KombuError) or self._said_unexpected:
            return
        self._said_unexpected = True
        self._note("ERROR unexpected while Celery's events were received, which goes on:")
        self._note("".join(traceback.format_exception(error)).rstrip())


def _queue(channel: Any) -> Any:
    """A queue of our own that gets every event, and goes with its connection."""
    from kombu import Exchange, Queue  # noqa: PLC0415 - 7 MB, when first needed

    return Queue(
        f"celeryev.launcher-{uuid.uuid4().hex}",
        Exchange("celeryev", type="topic"),
        routing_key="#",
        durable=False,
        exclusive=True,
        auto_delete=True,
        max_length=_MOST_WAITING,
    )(channel)


def _consumer(channel: Any, queue: Any, take: Callable[[Any], None]) -> Any:
    from kombu import Consumer  # noqa: PLC0415 - as above

    return Consumer(channel, [queue], on_message=take, no_ack=True)


def _words(error: Exception) -> str:
    """What keeps from listening, in a sentence."""
    from amqp.exceptions import AccessRefused, NotAllowed  # noqa: PLC0415 - as above

    if isinstance(error, AccessRefused | NotAllowed):
        return (
            "The broker does not let this user listen to Celery's events: give it permissions to "
            "configure, write and read queues named celeryev.* on this virtual host."
        )
    return f"Celery's events are not received: {network_words(error)}. It is tried again."
