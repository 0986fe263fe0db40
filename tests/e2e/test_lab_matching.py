"""Our explanation of a binding against RabbitMQ itself: hundreds of bindings and messages.

Each example binds forty queues at once, publishes a handful of messages, and reads all queues to a
last message that is put into each directly: what arrived before it is what RabbitMQ routed there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from amqp import Connection
from amqp.basic_message import Message
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from launcher.core.lab import LabBinding, LabMessage
from launcher.core.lab_prediction import answer
from launcher.core.matching import ExchangeKind, HeaderMatch
from tests.helpers.managed import Managed

QUEUES = 40
_LAST = "last"
_compared: Counter[str] = Counter()

WORDS = st.sampled_from(["a", "b", "B", "orange", "ü", "", "*", "#", "*", "#", "**", "a*"])
KEYS = st.lists(WORDS, max_size=6).map(".".join)
NAMES = st.sampled_from(["format", "type", "pages", "x-tag", "x-", "X-up", "é"])
VALUES = st.sampled_from(
    [None, True, False, 0, 1, -1, 2**31 - 1, 0.0, 1.0, 0.5, "", "1", "pdf", "ü"]
)
HEADERS = st.dictionaries(NAMES, VALUES, max_size=4).map(lambda found: tuple(found.items()))
BY_KEY = (
    st.lists(KEYS.map(lambda key: LabBinding("q", key)), min_size=QUEUES, max_size=QUEUES),
    st.lists(KEYS.map(LabMessage), min_size=12, max_size=12),
)
BY_HEADERS = (
    st.lists(
        st.builds(
            lambda found, match: LabBinding("q", arguments=found, match=match),
            HEADERS,
            st.sampled_from(HeaderMatch),
        ),
        min_size=QUEUES,
        max_size=QUEUES,
    ),
    st.lists(HEADERS.map(lambda found: LabMessage(headers=found)), min_size=12, max_size=12),
)
MANY = settings(
    max_examples=12,
    deadline=None,
    database=None,
    # A failure names its one binding and its one message: nothing is to be made smaller.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TUTORIAL = [LabBinding("q", key) for key in ("*.orange.*", "*.*.rabbit", "lazy.#", "#", "")]


class Wire:
    """Forty queues and one exchange a kind, on a connection of the test's own."""

    def __init__(self, url: str) -> None:
        host = url.rpartition("@")[2].rstrip("/")
        self.connection = Connection(host, confirm_publish=True, read_timeout=20)
        self.connection.connect()
        self.channel = self.connection.channel()
        self.queues = [self.channel.queue_declare("", exclusive=True).queue for _ in range(QUEUES)]
        self._arrived: list[tuple[str, str]] = []
        for number, name in enumerate(self.queues):
            self.channel.basic_consume(
                name, no_ack=True, callback=self._take, consumer_tag=str(number)
            )
        for kind in ("direct", "fanout", "topic", "headers"):
            self.channel.exchange_declare(f"test-{kind}", kind, auto_delete=False)

    def routed(
        self, kind: ExchangeKind, bindings: Sequence[LabBinding], messages: Sequence[LabMessage]
    ) -> set[tuple[int, int]]:
        """Which messages (by index) reached which bindings' queues (by index)."""
        self._arrived.clear()
        exchange = f"test-{kind.value}"
        bound = [
            (name, *_where(kind, each)) for name, each in zip(self.queues, bindings, strict=False)
        ]
        for name, key, arguments in bound:
            self.channel.queue_bind(name, exchange, key, nowait=True, arguments=arguments)
        for number, message in enumerate(messages):
            self._publish(exchange, message.key, str(number), dict(message.headers))
        for name, key, arguments in bound:
            self.channel.queue_unbind(name, exchange, key, arguments=arguments)
        for name in self.queues:
            self._publish("", name, _LAST, {})
        ended = 0
        found = set()
        while ended < QUEUES:
            while not self._arrived:
                self.connection.drain_events(timeout=20)
            queue, text = self._arrived.pop(0)
            if text == _LAST:
                ended += 1
            else:
                pair = (int(text), int(queue))
                assert pair not in found, "a queue got two copies"
                found.add(pair)
        return found

    def close(self) -> None:
        for kind in ("direct", "fanout", "topic", "headers"):
            self.channel.exchange_delete(f"test-{kind}")
        self.connection.close()

    def _publish(self, exchange: str, key: str, text: str, headers: dict[str, Any]) -> None:
        made = Message(text, message_id=text, application_headers=headers)
        self.channel.basic_publish(made, exchange=exchange, routing_key=key)

    def _take(self, message: Any) -> None:
        tag = message.delivery_info["consumer_tag"]
        self._arrived.append((tag, message.properties["message_id"]))


def _where(kind: ExchangeKind, binding: LabBinding) -> tuple[str, dict[str, Any]]:
    if kind is ExchangeKind.HEADERS:
        return "", {**dict(binding.arguments), "x-match": binding.match.value}
    return binding.key, {}


@pytest.fixture(scope="module")
def wire(managed: Managed) -> Iterator[Wire]:
    made = Wire(managed.url)
    yield made
    made.close()
    print(f"compared with RabbitMQ: {dict(_compared)}")


def compare(
    wire: Wire, kind: ExchangeKind, bindings: Sequence[LabBinding], messages: Sequence[LabMessage]
) -> None:
    routed = wire.routed(kind, bindings, messages)
    for m, message in enumerate(messages):
        for b, binding in enumerate(bindings):
            ours = answer(kind, binding, message)
            theirs = (m, b) in routed
            assert ours.matches is theirs, f"{binding} {message} RabbitMQ: {theirs}; {ours}"
            if kind is not ExchangeKind.HEADERS or binding.match.wants_all:
                assert ours.matches is all(part.fits for part in ours.parts)
            _compared[f"{kind.value} {'yes' if theirs else 'no'}"] += 1


@MANY
@given(*BY_KEY)
@example(
    TUTORIAL, [LabMessage(k) for k in ("quick.orange.rabbit", "lazy", "lazy.a.b.c.d", "", ".")]
)
def test_topics(wire: Wire, bindings: list[LabBinding], messages: list[LabMessage]) -> None:
    compare(wire, ExchangeKind.TOPIC, bindings, messages)


@MANY
@given(*BY_HEADERS)
def test_headers(wire: Wire, bindings: list[LabBinding], messages: list[LabMessage]) -> None:
    compare(wire, ExchangeKind.HEADERS, bindings, messages)


@settings(MANY, max_examples=4)
@given(*BY_KEY)
def test_direct_and_fanout(
    wire: Wire, bindings: list[LabBinding], messages: list[LabMessage]
) -> None:
    compare(wire, ExchangeKind.DIRECT, bindings, messages)
    compare(wire, ExchangeKind.FANOUT, bindings, messages[:3])
