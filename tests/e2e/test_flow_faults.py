"""The broker goes away under the Flow page's two listeners: both say so, and both come back."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kombu import Connection, Exchange, Producer, Queue

from launcher.runtime.celery_events import CeleryEvents, Event, EventsState
from launcher.runtime.flow_source import FlowSource
from launcher.runtime.management import Management
from tests.helpers import rabbit
from tests.helpers.managed import Managed, managed_node
from tests.helpers.waiting import eventually


class Listener:
    """Keeps the newest state and all events."""

    def __init__(self) -> None:
        self.state = EventsState(connected=False)
        self.events: list[Event] = []

    def take(self, batch: Sequence[Event]) -> None:
        self.events.extend(batch)

    def take_state(self, state: EventsState) -> None:
        self.state = state


def send_event(url: str, number: int) -> None:
    with Connection(url) as connection:
        producer = Producer(connection.channel(), Exchange("celeryev", type="topic"))
        event = {"type": "task-sent", "uuid": str(number), "timestamp": time.time()}
        producer.publish(event, routing_key="task.sent", serializer="json")


def source_of(node: Managed) -> FlowSource:
    return FlowSource(lambda: node.url, lambda: Management(node.access), "/", str)


def test_a_broker_that_is_killed_is_said_and_found_again(
    with_rabbitmq: None, tmp_path: Path
) -> None:
    noted: list[str] = []
    listener = Listener()
    with managed_node(tmp_path / "node") as node:
        events = CeleryEvents(lambda: node.url, noted.append)
        events.subscribe(listener.take, listener.take_state)
        eventually(lambda: listener.state.connected, 15, "the events' connection")
        source = source_of(node)
        with Connection(node.url) as connection:
            Queue("work", Exchange("jobs"), routing_key="k")(connection.channel()).declare()
        assert source.look(["work"]).broker is None
        send_event(node.url, 1)
        eventually(lambda: listener.events, 10, "an event")
        url = node.url
    # The node is dead now.
    eventually(lambda: not listener.state.connected, 15, "that the events' connection is lost")
    assert listener.state.problem
    look = source.look(["work"])
    assert look.broker is not None
    assert "Services page" in look.broker.remedy
    with rabbit.plain_node(tmp_path / "again", urlsplit(url).port or 0):
        eventually(lambda: listener.state.connected, 20, "the events' connection again")
        assert listener.state.connections == 2
        send_event(url, 2)
        eventually(lambda: len(listener.events) == 2, 10, "the event after the loss")
        with Connection(url) as connection:
            Queue("work", Exchange("jobs"), routing_key="k")(connection.channel()).declare()
        # Its management is off: said, and depths are told all the same.
        look = source.look(["work"])
        assert look.broker is None
        assert look.topology.queue("work") is not None
        eventually(
            lambda: source.look(["work"]).management is not None, 60, "that the plugin is off"
        )
        events.close()
        source.close()
    assert noted == []


@pytest.mark.long
def test_a_broker_that_hangs_is_said_by_the_look_at_once_and_by_the_events_within_their_heartbeat(
    with_rabbitmq: None, tmp_path: Path
) -> None:
    listener = Listener()
    with managed_node(tmp_path / "node") as node:
        events = CeleryEvents(lambda: node.url, lambda _words: None)
        events.subscribe(listener.take, listener.take_state)
        eventually(lambda: listener.state.connected, 15, "the events' connection")
        source = source_of(node)
        assert source.look(["work"]).broker is None
        node.node.signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert source.look(["work"]).broker is not None
            print(f"the look said so after {time.monotonic() - began:.1f} s")
            eventually(lambda: not listener.state.connected, 40, "the lost heartbeat")
            print(f"the events said so after {time.monotonic() - began:.1f} s")
        finally:
            node.node.signal(signal.SIGCONT)
        eventually(lambda: listener.state.connected, 30, "the events' connection again")
        assert source.look(["work"]).broker is None
        events.close()
        source.close()
