"""The thread of a lab that runs: it alone talks AMQP, all others post to it.

It waits in one `select` for whatever comes first: something asked, something from RabbitMQ, or the
next count of the queues. A connection that ends unasked ends the lab, or the consumer it was of.
"""

from __future__ import annotations

import contextlib
import queue
import selectors
import socket
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from launcher.core.lab import Lab, LabConsumer, LabMessage, Settle
from launcher.core.lab_error import LabError
from launcher.core.lab_events import (
    ConsumerGone,
    Consuming,
    LabEvent,
    LabPhase,
    LabStands,
    Refused,
    Sent,
    Waiting,
)
from launcher.core.matching import ExchangeKind
from launcher.runtime.broker_connection import let_go, open_connection
from launcher.runtime.lab_consumer import Consumer
from launcher.runtime.lab_losses import lost, reason
from launcher.runtime.lab_sender import LabSender
from launcher.runtime.lab_topology import LabTopology

TIMEOUT = 5.0
"""Seconds that RabbitMQ may take for one answer."""
COUNT_EVERY = 1.0
"""Seconds between two counts of what waits, while somebody looks."""

Order = Callable[["LabThread"], None]


class LabThread:
    """One lab on the broker, from `start` until it ends. `tell` is called on its thread."""

    def __init__(
        self, url: str, vhost: str, tell: Callable[[LabEvent], None], note: Callable[[str], None]
    ) -> None:
        self._url = url
        self._vhost = vhost
        self._tell = tell
        self._note = note
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._bell, self._ring = socket.socketpair()
        self._bell.settimeout(0)
        self._ring.settimeout(0)
        self._leave = False
        self._watched = False
        self._count_at = 0.0
        self._kind = ExchangeKind.DEFAULT
        self._topology = LabTopology()
        self._consumers: dict[str, Consumer] = {}
        self._sender = LabSender(self._sent)
        self._waiting: dict[str, int] | None = None
        self._connection: Any = None
        self._channel: Any = None
        self._thread = threading.Thread(target=self._run, name="lab", daemon=True)

    # -- from any thread ------------------------------------------------------------------------

    def start(self) -> None:
        """Connect and go on."""
        self._thread.start()

    def end(self) -> None:
        """Let all connections go and end; returns at once."""
        self._leave = True
        self._wake()

    @property
    def ended(self) -> bool:
        """Whether it is over, asked for or not."""
        return not self._thread.is_alive()

    def join(self, timeout: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout)

    def apply(self, lab: Lab) -> None:
        """Make the lab's exchange, queues and bindings stand."""
        self._post(lambda self: self._apply(lab))

    def send(self, message: LabMessage, count: int = 1) -> None:
        """Publish the message so many times."""
        self._post(lambda self: self._send(message, count))

    def consume(self, consumer: LabConsumer) -> None:
        """Begin to consume; a consumer of that name ends first."""
        self._post(lambda self: self._consume(consumer))

    def cut(self, name: str, words: str) -> None:
        """End a consumer without a word to RabbitMQ; `words` are for those who are told."""
        self._post(lambda self: self._cut(name, words))

    def settle(self, name: str, tag: int, how: Settle) -> None:
        """Have a consumer settle a message that it holds."""
        self._post(lambda self: self._settle(name, tag, how))

    def purge(self, name: str) -> None:
        """Drop what waits in a queue."""
        self._post(lambda self: self._purge(name))

    def watch(self, *, watched: bool) -> None:
        """Whether anybody looks: only then the queues are counted by the clock."""
        self._post(lambda self: self._watch(watched=watched))

    # -- the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        problem: LabStands | None = None
        try:
            self._open()
            self._tell(LabStands(LabPhase.OPEN, vhost=self._vhost))
            self._loop()
        except Exception as error:  # noqa: BLE001 - amqp's kinds are many; told below
            if not self._leave:
                problem = lost(error, TIMEOUT)
                self._note(
                    f"WARNING the exchange lab ended: {traceback.format_exception_only(error)[-1]}"
                )
        finally:
            for consumer in self._consumers.values():
                consumer.end()
            if self._connection is not None:
                let_go(self._connection)
            self._bell.close()
            self._ring.close()
            if problem is not None:
                self._tell(problem)

    def _open(self) -> None:
        self._connection = self._connect("celery-launcher exchange lab")
        self._channel = self._connection.channel()
        self._sender.listen(self._connection.channel())

    def _connect(self, name: str) -> Any:
        made = open_connection(self._url, TIMEOUT, name=name, confirm_publish=True)
        made.connect()
        return made

    def _loop(self) -> None:
        while not self._leave:
            self._wait()
            self._obey()
            self._drain(self._connection)
            for consumer in list(self._consumers.values()):
                self._drain_consumer(consumer)
            now = time.monotonic()
            self._sender.give_up(now)
            if self._watched and now >= self._count_at:
                self._count()

    def _wait(self) -> None:
        connections = [self._connection, *(each.connection for each in self._consumers.values())]
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            for each in connections:
                selector.register(each.connection.sock, selectors.EVENT_READ)
            selector.select(self._patience())
        with contextlib.suppress(BlockingIOError):
            while self._bell.recv(4096):
                pass

    def _patience(self) -> float | None:
        """Seconds until something is due by the clock, None when nothing is."""
        times = (self._sender.due, self._count_at if self._watched else None)
        due = [each for each in times if each is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _obey(self) -> None:
        from amqp.exceptions import ChannelError  # noqa: PLC0415 - 7 MB, when first needed

        with contextlib.suppress(queue.Empty):
            while not self._leave:
                order = self._orders.get_nowait()
                try:
                    order(self)
                except LabError as error:
                    self._tell(Refused(error.words, error.remedy))
                except ChannelError as error:
                    self._channel = self._connection.channel()
                    self._tell(Refused(f"RabbitMQ refuses: {reason(error)}."))
                self._count_at = 0.0

    def _drain(self, connection: Any) -> None:
        """Take what has come, and wait for nothing."""
        with contextlib.suppress(TimeoutError):
            while True:
                connection.drain_events(timeout=0)

    def _drain_consumer(self, consumer: Consumer) -> None:
        try:
            self._drain(consumer.connection)
        except Exception:  # noqa: BLE001 - whichever way it ended, it did
            self._drop(consumer, "lost its connection")
            return
        if consumer.cancelled:
            self._drop(consumer, "ended: its queue is gone")

    # -- orders ---------------------------------------------------------------------------------

    def _apply(self, lab: Lab) -> None:
        self._kind = lab.exchange
        anew = self._topology.apply(self._channel, lab)
        if anew:
            names = ", ".join(anew)
            self._tell(
                Refused(
                    f"Made anew, without what waited there: {names}.",
                    "RabbitMQ changes no queue that stands.",
                )
            )

    def _send(self, message: LabMessage, count: int) -> None:
        self._sender.send(self._channel, self._kind, message, count)

    def _consume(self, spec: LabConsumer) -> None:
        from amqp.exceptions import ChannelError  # noqa: PLC0415 - as above

        if spec.name in self._consumers:
            self._cut(spec.name, "was replaced")
        connection = self._connect(f"celery-launcher exchange lab, {spec.name}")
        # Told before its first message is.
        self._tell(Consuming(spec.name, spec.queue))
        try:
            self._consumers[spec.name] = Consumer(connection, spec, self._tell)
        except ChannelError as error:
            let_go(connection)
            self._tell(ConsumerGone(spec.name, f"cannot consume: {reason(error)}", 0))

    def _cut(self, name: str, words: str) -> None:
        consumer = self._consumers.get(name)
        if consumer is not None:
            consumer.end()
            self._drop(consumer, words)

    def _drop(self, consumer: Consumer, words: str) -> None:
        self._consumers.pop(consumer.spec.name, None)
        held = consumer.held
        consumer.end()
        self._count_at = 0.0
        self._tell(ConsumerGone(consumer.spec.name, words, held))

    def _settle(self, name: str, tag: int, how: Settle) -> None:
        consumer = self._consumers.get(name)
        if consumer is None:
            raise LabError(f"The consumer {name} is gone.", "Its messages are back in the queue.")
        try:
            consumer.settle(tag, how)
        except OSError:
            self._drop(consumer, "lost its connection")

    def _purge(self, name: str) -> None:
        self._channel.queue_purge(name)

    def _watch(self, *, watched: bool) -> None:
        self._watched = watched

    # -- by the clock ---------------------------------------------------------------------------

    def _count(self) -> None:
        """Ask each queue; a queue that somebody else removed is told once a count."""
        from amqp.exceptions import NotFound  # noqa: PLC0415 - as above

        found = {}
        for name in self._topology.queues:
            try:
                found[name] = int(self._channel.queue_declare(name, passive=True).message_count)
            except NotFound:
                self._channel = self._connection.channel()
        self._count_at = time.monotonic() + COUNT_EVERY
        if found != self._waiting:
            self._waiting = found
            self._tell(Waiting(found))

    def _sent(self, event: Sent) -> None:
        self._tell(event)
        self._count_at = 0.0

    def _post(self, order: Order) -> None:
        self._orders.put(order)
        self._wake()

    def _wake(self) -> None:
        # Full: it is awake. Closed: it has ended.
        with contextlib.suppress(OSError):
            self._ring.send(b"!")
