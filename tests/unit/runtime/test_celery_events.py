"""Receiving Celery's events: what reaches who listens, and what a broken message or broker does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kombu import Connection, Exchange, Producer

from launcher.runtime.celery_events import CeleryEvents, Event, EventsState
from tests.helpers.ports import free_port

BROKER = "memory://"
SOON = 10


class Listener:
    """Keeps what it is told, and waits for more."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        self.states: queue.Queue[EventsState] = queue.Queue()

    def events(self, batch: list[Event]) -> None:
        for event in batch:
            self._events.put(event)

    def next(self) -> Event:
        return self._events.get(timeout=SOON)

    def state(self, wanted: Callable[[EventsState], bool]) -> EventsState:
        while not wanted(found := self.states.get(timeout=SOON)):
            pass
        return found


class Worker:
    """Publishes events, as Celery's dispatcher does."""

    def __init__(self) -> None:
        self._connection = Connection(BROKER)
        self.producer = Producer(self._connection.channel(), Exchange("celeryev", type="topic"))

    def send(self, *events: Event) -> None:
        body: Any = list(events) if len(events) > 1 else events[0]
        self.producer.publish(body, routing_key="task.multi", serializer="json")

    def send_raw(self, body: bytes) -> None:
        self.producer.publish(
            body, routing_key="x", content_type="application/json", content_encoding="utf-8"
        )


def task_event(kind: str, number: int, **more: Any) -> Event:
    return {
        "type": f"task-{kind}",
        "uuid": f"id-{number}",
        "hostname": "w@here",
        "timestamp": time.time(),
        **more,
    }


@pytest.fixture
def heard() -> Iterator[tuple[CeleryEvents, Listener]]:
    noted: list[str] = []
    events, listener = CeleryEvents(lambda: BROKER, noted.append), Listener()
    events.subscribe(listener.events, listener.states.put)
    listener.state(lambda state: state.connected)
    yield events, listener
    events.close()
    assert noted == []


def test_events_one_by_one_and_in_groups_arrive_in_order(
    heard: tuple[CeleryEvents, Listener],
) -> None:
    worker = Worker()
    worker.send(task_event("sent", 1))
    worker.send(*(task_event("received", number) for number in range(2, 52)))
    found = [heard[1].next()["uuid"] for _ in range(51)]
    assert found == [f"id-{number}" for number in range(1, 52)]


def test_an_event_says_when_it_was_sent_and_received_on_our_clock(
    heard: tuple[CeleryEvents, Listener],
) -> None:
    Worker().send(task_event("sent", 1, timestamp=time.time() + 7200))
    event = heard[1].next()
    assert event["at"] <= event["local_received"]
    state = heard[1].state(lambda state: bool(state.clocks))
    assert "here is 7200 s ahead" in state.clocks


def test_a_message_that_is_no_event_is_counted_and_the_next_one_arrives(
    heard: tuple[CeleryEvents, Listener],
) -> None:
    worker = Worker()
    for broken in (b"\xff\xfe no utf-8", b"{", b"7", b'[{"type": "task-sent"}]', b'{"type": 1}'):
        worker.send_raw(broken)
    worker.send_raw(b'{"type": null, "timestamp": 1}')
    worker.send_raw(b'{"type": "task-sent", "timestamp": NaN}')
    worker.send(task_event("sent", 1))
    assert heard[1].next()["uuid"] == "id-1"
    heard[1].state(lambda state: state.unreadable == 7)


def test_the_second_listener_is_told_how_it_stands_and_the_last_one_ends_the_thread(
    heard: tuple[CeleryEvents, Listener],
) -> None:
    events, first = heard
    second = Listener()
    leave = events.subscribe(second.events, second.states.put)
    assert second.state(lambda state: state.connected).connections == 1
    leave()
    Worker().send(task_event("sent", 1))
    assert first.next()["uuid"] == "id-1"
    thread = next(one for one in threading.enumerate() if one.name == "celery-events")
    events.close()
    thread.join(SOON)
    assert not thread.is_alive()


def test_a_broker_that_is_not_there_is_said_and_tried_again() -> None:
    noted: list[str] = []
    events, listener = (
        CeleryEvents(lambda: f"amqp://127.0.0.1:{free_port()}//", noted.append),
        Listener(),
    )
    events.subscribe(listener.events, listener.states.put)
    for _ in range(2):
        state = listener.state(lambda state: bool(state.problem))
        assert not state.connected
        assert "nobody listens there yet" in state.problem
    events.close()
    assert noted == []


def test_nobody_is_told_after_the_end() -> None:
    events, listener = CeleryEvents(lambda: BROKER, lambda _words: None), Listener()
    events.close()
    before = set(threading.enumerate())
    events.subscribe(listener.events, listener.states.put)
    assert set(threading.enumerate()) <= before
    assert listener.states.empty()
