"""Probers that go through the broker: a login, and a ping of the worker behind it."""

from __future__ import annotations

import time
import uuid
from typing import Any

from launcher.core.events import ProbeAnswer
from launcher.core.spec import ProbeSpec
from launcher.core.state import Problem
from launcher.runtime.broker_connection import let_go, open_channel, open_connection
from launcher.runtime.probes.alarms import Alarms
from launcher.runtime.probes.answers import Secrets, conflict, network_words, not_ready, ready

_ASK_AGAIN_FIRST, _ASK_AGAIN_CAP = 0.1, 0.4
"""Seconds until an unanswered ping is sent once more: growing from the first to the second."""
_REPLIES = "reply.celery.pidbox"
"""The exchange through which Celery's workers answer remote control."""


class AmqpLogin:
    """An AMQP login with our user; the connection is kept, a channel is the question.

    Connecting and closing each time would make RabbitMQ log two warnings a question.
    """

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        self._spec = spec
        self._secrets = secrets
        self._connection: Any = None
        self._alarms = Alarms(spec.alarms, spec.timeout) if spec.alarms else None

    def probe(self) -> ProbeAnswer:
        from amqp.exceptions import AMQPError  # noqa: PLC0415 - 7 MB, when first needed

        began = time.monotonic()
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.channel().close()
        except (OSError, AMQPError) as error:
            self.close()
            return self._judge(error)
        milliseconds = (time.monotonic() - began) * 1000
        return ready(
            f"login as {self._spec.user}, answers in {milliseconds:.0f} ms", self._problem()
        )

    def _problem(self) -> Problem | None:
        from kombu.utils.url import parse_url  # noqa: PLC0415 - as above

        if self._alarms is None:
            return None
        parts = parse_url(self._url())
        return self._alarms.problem(parts["userid"] or "guest", parts["password"] or "guest")

    def close(self) -> None:
        if self._alarms is not None:
            self._alarms.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            # Not Connection.close(): it would wait for an answer from a broker that may hang.
            connection.collect()

    def _connect(self) -> Any:
        from amqp import Connection  # noqa: PLC0415 - as above
        from kombu.utils.url import parse_url  # noqa: PLC0415 - as above

        parts = parse_url(self._url())
        connection = Connection(
            host=f"{parts['hostname'] or '127.0.0.1'}:{parts['port'] or 5672}",
            userid=parts["userid"] or "guest",
            password=parts["password"] or "guest",
            virtual_host=parts["virtual_host"] or "/",
            ssl=parts["transport"] == "amqps",
            connect_timeout=self._spec.timeout,
            read_timeout=self._spec.timeout,
            write_timeout=self._spec.timeout,
            client_properties={"connection_name": "celery-launcher"},
        )
        connection.connect()
        return connection

    def _url(self) -> str:
        return self._secrets(self._spec.secret)

    def _judge(self, error: Exception) -> ProbeAnswer:
        from amqp.exceptions import AccessRefused, NotAllowed  # noqa: PLC0415 - as above

        if isinstance(error, AccessRefused | NotAllowed):
            return conflict(
                f"The broker at {self._spec.target} refuses the login of {self._spec.user}.",
                "Correct user, password and virtual host in the broker's URL, then start again.",
            )
        return not_ready(network_words(error))


class WorkerPing:
    """A ping of one worker by its node name, through the broker; connection and queue are kept.

    The messages are those of Celery's remote control (https://docs.celeryq.dev, "Workers", and
    kombu.pidbox). kombu's own `Mailbox` looks at one message a ping: once an answer came late, each
    ping would see the answer of the one before, so the answers are told apart here by their ticket.
    """

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        self._spec = spec
        self._secrets = secrets
        self._connection: Any = None
        self._producer: Any = None
        self._consumer: Any = None
        self._address = uuid.uuid4().hex
        self._asked: set[str] = set()
        self._answered = False
        self._blocked = False

    def probe(self) -> ProbeAnswer:
        began = time.monotonic()
        try:
            if self._connection is None:
                self._open()
            answered = self._ping(began)
        except Exception as error:  # noqa: BLE001 - kombu's transports raise their own kinds
            self.close()
            return not_ready(f"the broker is not reached: {network_words(error)}")
        if not answered and self._blocked:
            return not_ready("the broker takes no messages, so no ping reaches it")
        if not answered:
            return not_ready("does not answer a ping")
        return ready(f"answers a ping in {(time.monotonic() - began) * 1000:.0f} ms")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            let_go(connection)

    def _ping(self, began: float) -> bool:
        """Ask, again and again for as long as the question may take; any answer to it will do.

        A worker says "ready" a moment before it listens for pings, so the first may be lost. One
        that is busy answers late, and that answer is as good as a quick one. An answer to an
        earlier question counts for nothing: it may be a killed worker's.
        """
        self._asked.clear()
        self._answered = False
        until, pause = began + self._spec.timeout, _ASK_AGAIN_FIRST
        while (now := time.monotonic()) < until:
            self._ask()
            self._drain(min(now + pause, until))
            if self._answered:
                return True
            pause = min(2 * pause, _ASK_AGAIN_CAP)
        return False

    def _ask(self) -> None:
        ticket = uuid.uuid4().hex
        self._asked.add(ticket)
        self._producer.publish(
            {
                "method": "ping",
                "arguments": {},
                "destination": [self._spec.identity],
                "ticket": ticket,
                "reply_to": {"exchange": _REPLIES, "routing_key": self._address},
            },
            headers={"clock": 0, "ticket": ticket},
            expiration=self._spec.timeout,
        )

    def _drain(self, until: float) -> None:
        """Take what arrives until it is an answer, or time is up."""
        while not self._answered and (left := until - time.monotonic()) > 0:
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                return

    def _open(self) -> None:
        from kombu import Consumer, Exchange, Producer, Queue  # noqa: PLC0415 - 7 MB

        self._connection = open_connection(
            self._secrets(self._spec.secret),
            self._spec.timeout,
            on_blocked=lambda _reason: self._block(blocked=True),
            on_unblocked=lambda: self._block(blocked=False),
        )
        channel = open_channel(self._connection)
        self._producer = Producer(
            channel,
            exchange=Exchange("celery.pidbox", type="fanout", durable=False),
            serializer="json",
        )
        replies = Queue(
            f"{self._address}.{_REPLIES}",
            exchange=Exchange(_REPLIES, type="direct", durable=False),
            routing_key=self._address,
            durable=False,
            exclusive=True,
            auto_delete=True,
        )
        self._consumer = Consumer(
            channel, [replies], callbacks=[self._arrived], accept=["json"], no_ack=True
        )
        self._consumer.consume()
        self._blocked = False

    def _block(self, *, blocked: bool) -> None:
        """RabbitMQ tells a connection that publishes while an alarm is set (connection.blocked)."""
        self._blocked = blocked

    def _arrived(self, body: object, message: Any) -> None:
        del body
        self._answered = self._answered or message.headers.get("ticket") in self._asked
