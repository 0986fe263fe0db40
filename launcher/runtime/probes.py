"""Asks services whether they are ready, and whether they are the ones that are meant.

An open port proves nothing, so every prober checks an identity. One prober serves one service from
one thread at a time and may keep its connection between questions.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import struct
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import psutil

from launcher.core.events import ProbeAnswer, ProbeOutcome
from launcher.core.facts import Endpoint
from launcher.core.protocols import Prober
from launcher.core.spec import ProbeKind, ProbeSpec, ServiceSpec
from launcher.core.state import Problem
from launcher.runtime.port_choice import owner_of, taken_by

Secrets = Callable[[str], str]

_FIRST_PING = 0.4
"""Seconds to wait for an answer of a worker that has not answered any ping yet."""
_REPLIES = "reply.celery.pidbox"
"""The exchange through which Celery's workers answer remote control."""
_TICK_LIMIT = 30.0
"""Seconds without a tick after which beat counts as not answering; its relay is due every 3 s."""


def make_prober(spec: ProbeSpec, secrets: Secrets) -> Prober:
    """The prober for a description. `secrets` gives a credential by its name."""
    return _PROBERS[spec.kind](spec, secrets)


def ready(detail: str = "") -> ProbeAnswer:
    """It is up and it is the one."""
    return ProbeAnswer(ProbeOutcome.READY, detail)


def not_ready(detail: str) -> ProbeAnswer:
    """Nobody answers, or not yet well."""
    return ProbeAnswer(ProbeOutcome.NOT_READY, detail)


def conflict(words: str, remedy: str) -> ProbeAnswer:
    """Somebody else answers."""
    return ProbeAnswer(ProbeOutcome.CONFLICT, words, Problem(words, remedy))


_FREE_THE_PORT = "End that program, or choose another port in the settings."


class _NoProber:
    """For services that are known by their process alone."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del spec, secrets

    def probe(self) -> ProbeAnswer:
        return ready()

    def close(self) -> None:
        """There is no connection."""


class _Http:
    """What the HTTP probers share: one GET on a kept connection."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        self._spec = spec
        self._secrets = secrets
        self._url = urlsplit(spec.target)
        self._connection: http.client.HTTPConnection | None = None

    def probe(self) -> ProbeAnswer:
        try:
            began = time.monotonic()
            status, body = self._get()
            milliseconds = (time.monotonic() - began) * 1000
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return not_ready(_network_words(error))
        return self.judge(status, body, f"answers in {milliseconds:.0f} ms")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get(self) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self._url.hostname or "", self._url.port, timeout=self._spec.timeout
            )
        self._connection.request("GET", self._url.path or "/", headers=self.headers())
        response = self._connection.getresponse()
        return response.status, response.read(65536)

    def headers(self) -> Mapping[str, str]:
        return {}

    def judge(self, status: int, body: bytes, detail: str) -> ProbeAnswer:
        raise NotImplementedError


class _HttpIdentity(_Http):
    """Our own web process says which run it belongs to."""

    def judge(self, status: int, body: bytes, detail: str) -> ProbeAnswer:
        answer = _json_object(body)
        if answer.get("run") != self._spec.identity:
            return conflict(
                f"Another program answers at {self._url.netloc}.",
                _FREE_THE_PORT,
            )
        if status != 200:
            return not_ready(str(answer.get("database") or f"answers with status {status}"))
        return ready(detail)


class _HttpLogin(_Http):
    """A page behind our generated login: whoever lets us in is ours."""

    def headers(self) -> Mapping[str, str]:
        login = f"{self._spec.user}:{self._secrets(self._spec.secret)}"
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}

    def judge(self, status: int, body: bytes, detail: str) -> ProbeAnswer:
        if status == 200:
            return ready(detail)
        if status in (401, 403):
            return conflict(
                f"Another program answers at {self._url.netloc}: it refuses our login.",
                _FREE_THE_PORT,
            )
        return not_ready(f"answers with status {status}")


class _SmtpGreeting:
    """A mail server whose greeting carries our run."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del secrets
        self._spec = spec
        host, _, port = spec.target.rpartition(":")
        self._address = (host, int(port))

    def probe(self) -> ProbeAnswer:
        try:
            with socket.create_connection(self._address, self._spec.timeout) as connection:
                file = connection.makefile("rwb")
                greeting = file.readline(1000).decode("ascii", "replace").strip()
                if self._spec.identity not in greeting:
                    return conflict(
                        f"Another program answers at {self._spec.target}.", _FREE_THE_PORT
                    )
                file.write(b"EHLO launcher.localhost\r\n")
                file.flush()
                while (line := file.readline(1000)).startswith(b"250-"):
                    pass
                file.write(b"QUIT\r\n")
                file.flush()
                file.readline(1000)
        except OSError as error:
            return not_ready(_network_words(error))
        return ready("answers EHLO") if line.startswith(b"250") else not_ready("refuses EHLO")

    def close(self) -> None:
        """The connection ends with the question."""


class _AmqpLogin:
    """An AMQP login with our user; the connection is kept, a channel is the question.

    Connecting and closing each time would make RabbitMQ log two warnings a question.
    """

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        self._spec = spec
        self._secrets = secrets
        self._connection: Any = None

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
        return ready(f"login as {self._spec.user}, answers in {milliseconds:.0f} ms")

    def close(self) -> None:
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
                "Correct user, password and virtual host in the broker's URL, then press Start.",
            )
        return not_ready(_network_words(error))


class _WorkerPing:
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
        self._tickets: set[str] = set()
        self._answered = False

    def probe(self) -> ProbeAnswer:
        began = time.monotonic()
        try:
            if self._connection is None:
                self._open()
            answered = self._ping(began)
        except Exception as error:  # noqa: BLE001 - kombu's transports raise their own kinds
            self.close()
            return not_ready(f"the broker is not reached: {_network_words(error)}")
        if not answered:
            return not_ready("does not answer a ping")
        self._answered = True
        return ready(f"answers a ping in {(time.monotonic() - began) * 1000:.0f} ms")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect(socket_timeout=1)

    def _ping(self, began: float) -> bool:
        ticket = uuid.uuid4().hex
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
        # A starting worker may say "ready" before it listens for pings: the first one is lost, and
        # waiting long for its answer would be waiting for nothing.
        patience = self._spec.timeout if self._answered else _FIRST_PING
        self._tickets.clear()
        while ticket not in self._tickets:
            left = began + patience - time.monotonic()
            if left <= 0:
                return False
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                return False
        return True

    def _open(self) -> None:
        from kombu import Connection, Consumer, Exchange, Producer, Queue  # noqa: PLC0415 - 7 MB

        url, options = self._transport()
        self._connection = Connection(
            url, connect_timeout=self._spec.timeout, transport_options=options
        )
        channel = self._connection.channel()
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

    def _arrived(self, body: object, message: Any) -> None:
        del body
        self._tickets.add(message.headers.get("ticket", ""))

    def _transport(self) -> tuple[str, dict[str, Any]]:
        url = self._secrets(self._spec.secret)
        if not url.startswith("filesystem://"):
            timeout = self._spec.timeout
            return url, {"read_timeout": timeout, "write_timeout": timeout}
        # The folders of the bundled project: celerytutorial/broker.py.
        folder = Path(url2pathname(urlsplit(url).path))
        return "filesystem://localhost", {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        }


class _TickFile:
    """Beat counts in a file each entry that it has sent; the count must grow."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del secrets
        self._spec = spec
        self._ticks = 0
        self._at = 0.0

    def probe(self) -> ProbeAnswer:
        try:
            tick = _json_object(Path(self._spec.target).read_bytes())
        except OSError:
            return not_ready("its schedule has not ticked yet")
        ticks = tick.get("ticks")
        if tick.get("run") != self._spec.identity or not isinstance(ticks, int):
            return not_ready("its schedule has not ticked yet")
        pid = tick.get("pid")
        if isinstance(pid, int) and not psutil.pid_exists(pid):
            # Left by one that was killed: it says nothing about the one that runs now.
            return not_ready("its schedule has not ticked yet")
        now = time.monotonic()
        if ticks != self._ticks:
            self._ticks, self._at = ticks, now
        quiet = now - self._at
        if quiet > _TICK_LIMIT:
            return not_ready(f"its schedule has not ticked for {quiet:.0f} s")
        return ready(f"sent {ticks} {'entry' if ticks == 1 else 'entries'} of its schedule")

    def close(self) -> None:
        """There is no connection."""


class _EpmdNames:
    """Erlang's port mapper lists the names it knows (request 110, `n`)."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del secrets
        self._spec = spec
        host, _, port = spec.target.rpartition(":")
        self._address = (host, int(port))

    def probe(self) -> ProbeAnswer:
        try:
            with socket.create_connection(self._address, self._spec.timeout) as connection:
                connection.sendall(struct.pack("!HB", 1, 110))
                answer = connection.recv(4)
        except OSError as error:
            return not_ready(_network_words(error))
        if len(answer) == 4 and struct.unpack("!I", answer)[0] == self._address[1]:
            return ready("answers")
        return conflict(f"Another program answers at {self._spec.target}.", _FREE_THE_PORT)

    def close(self) -> None:
        """The connection ends with the question."""


class _OwnerNaming:
    """Adds to a conflict who holds the port."""

    def __init__(self, prober: Prober, endpoint: Endpoint, title: str) -> None:
        self._prober = prober
        self._endpoint = endpoint
        self._title = title

    def probe(self) -> ProbeAnswer:
        answer = self._prober.probe()
        if answer.outcome is not ProbeOutcome.CONFLICT:
            return answer
        problem = taken_by(owner_of(self._endpoint), self._endpoint.port, self._title)
        return conflict(problem.words, problem.remedy)

    def close(self) -> None:
        self._prober.close()


def naming_the_owner(prober: Prober, spec: ServiceSpec) -> Prober:
    """Let a conflict name the program that holds the service's port, where it has one."""
    if spec.port is None:
        return prober
    return _OwnerNaming(prober, Endpoint(spec.address, spec.port), spec.title)


_PROBERS: Mapping[ProbeKind, Callable[[ProbeSpec, Secrets], Prober]] = {
    ProbeKind.NONE: _NoProber,
    ProbeKind.HTTP_IDENTITY: _HttpIdentity,
    ProbeKind.HTTP_LOGIN: _HttpLogin,
    ProbeKind.SMTP_GREETING: _SmtpGreeting,
    ProbeKind.AMQP_LOGIN: _AmqpLogin,
    ProbeKind.WORKER_PING: _WorkerPing,
    ProbeKind.TICK_FILE: _TickFile,
    ProbeKind.EPMD_NAMES: _EpmdNames,
}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _network_words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there yet"
    if isinstance(error, TimeoutError):
        return "accepts, but does not answer"
    if isinstance(error, socket.gaierror):
        return "its host name is not known"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
