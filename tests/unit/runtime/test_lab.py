"""The lab's room without a broker, and what is told to a channel when a lab is edited.

On a real broker: tests/e2e/test_lab_broker.py.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from launcher.core.lab import Lab, LabBinding, LabMessage, LabQueue
from launcher.core.lab_events import LabEvent, LabPhase, LabStands
from launcher.core.lab_examples import ANIMALS, REPORTS
from launcher.core.matching import ExchangeKind
from launcher.core.state import ServiceState, ServiceStatus
from launcher.runtime import lab as rooms
from launcher.runtime.lab import LabRoom
from launcher.runtime.lab_consumer import number_of
from launcher.runtime.lab_place import lessons_mark, sweep
from launcher.runtime.lab_topology import LabTopology
from launcher.runtime.management import ManagementOff
from tests.helpers.waiting import eventually


class Answering:
    """A management that holds names of virtual hosts and users, or is off."""

    def __init__(self, *names: str, off: int = 0, busy: str = "") -> None:
        self.names = {"vhosts": set(names), "users": set(names)}
        self.off = off
        self.busy = busy
        self.asked = 0

    def get(self, kind: str, *rest: str) -> list[dict[str, str]]:
        self.asked += 1
        if self.off >= self.asked:
            raise ManagementOff("off", "switch it on")
        if rest:
            return [{"name": "connection"}] if rest[0] == self.busy else []
        return [{"name": name} for name in self.names[kind]]

    def put(self, *_path: str, body: Mapping[str, Any]) -> None:
        assert body == {"tracing": False}

    def delete(self, kind: str, name: str) -> None:
        self.names[kind].discard(name)

    def close(self) -> None:
        pass


def room_of(management: Answering | None, notes: list[str]) -> LabRoom:
    given: Any = management
    return LabRoom(lambda: given, lambda: "amqp://a:b@127.0.0.1:1/v", "home", notes.append)


def up(state: ServiceState) -> dict[str, ServiceStatus]:
    return {"rabbitmq": replace(ServiceStatus("rabbitmq"), state=state)}


def test_without_a_broker_it_says_what_cannot_be_shown_and_orders_do_nothing() -> None:
    told: list[LabEvent] = []
    room = room_of(None, [])
    room.open(told.append)
    (stands,) = told
    assert isinstance(stands, LabStands)
    assert stands.phase is LabPhase.FAILED
    assert "embedded broker cannot show this" in stands.words
    room.send(LabMessage("x"))
    room.close()
    room.sweep()


def test_a_broker_that_comes_up_is_swept_once_and_only_of_our_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "SWEEP_PAUSE", 0.01)
    notes: list[str] = []
    ours, theirs = _name("home", "1"), _name("home2", "2")
    management = Answering("/", "mine", ours, theirs, off=1)
    room = room_of(management, notes)
    for state in (ServiceState.STARTING, ServiceState.READY, ServiceState.READY):
        room.observe(up(state))
    eventually(lambda: notes, 10, "the sweep, after management was off at first")
    assert management.names["vhosts"] == management.names["users"] == {"/", "mine", theirs}
    asked = management.asked
    room.observe(up(ServiceState.READY))
    assert management.asked == asked


def test_a_lab_that_somebody_is_connected_to_is_left_alone() -> None:
    ours = _name("home", "1")
    management = Answering(ours, busy=ours)
    room_of(management, []).sweep()
    assert management.names["vhosts"] == {ours}


def test_what_a_lesson_left_is_swept_at_the_start_too_and_by_no_lab_that_opens() -> None:
    lesson = _name(lessons_mark("home"), "1")
    management = Answering(lesson)
    given: Any = management
    sweep(given, "home")  # as the page's lab does when it opens
    assert management.names["vhosts"] == {lesson}
    room_of(management, []).sweep()
    assert management.names["vhosts"] == management.names["users"] == set()


def test_a_run_that_ends_does_not_wait_for_a_sweep_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "END_LIMIT", 0.05)
    released, entered = threading.Event(), threading.Event()

    class Hanging(Answering):
        def get(self, kind: str, *rest: str) -> list[dict[str, str]]:
            entered.set()
            released.wait(20)
            return []

    room = room_of(Hanging(), [])
    sweeping = threading.Thread(target=room.sweep)
    sweeping.start()
    entered.wait(10)
    room.close(for_good=True)
    assert sweeping.is_alive()
    released.set()
    sweeping.join(10)


class Channel:
    """Writes down what it is asked, as (verb, queue or exchange, key, arguments)."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.fails = False

    def exchange_declare(self, name: str, kind: str, **_options: object) -> None:
        self.asked.append(("exchange", kind))

    def exchange_delete(self, name: str) -> None:
        self.asked.append(("no exchange",))

    def queue_declare(self, name: str, *, arguments: Mapping[str, Any], **_more: object) -> None:
        if self.fails:
            raise OSError("gone")
        self.asked.append(("queue", name, dict(arguments)))

    def queue_delete(self, name: str) -> None:
        self.asked.append(("no queue", name))

    def queue_bind(self, queue: str, _to: str, key: str, *, arguments: Mapping[str, Any]) -> None:
        self.asked.append(("bind", queue, key, dict(arguments)))

    def queue_unbind(self, queue: str, _to: str, key: str, *, arguments: Mapping[str, Any]) -> None:
        self.asked.append(("unbind", queue, key, dict(arguments)))

    def taken(self) -> list[tuple[Any, ...]]:
        taken, self.asked = self.asked, []
        return taken


def test_only_what_differs_is_changed_on_the_broker() -> None:
    channel, topology = Channel(), LabTopology()
    topology.apply(channel, ANIMALS)
    assert len(channel.taken()) == 7
    topology.apply(channel, ANIMALS)
    assert channel.taken() == []
    changed = replace(ANIMALS, bindings=(*ANIMALS.bindings[1:], LabBinding("orange", "new")))
    topology.apply(channel, changed)
    assert channel.taken() == [
        ("unbind", "orange", "*.orange.*", {}),
        ("bind", "orange", "new", {}),
    ]
    anew = topology.apply(
        channel, replace(changed, queues=(LabQueue("orange", 5), *changed.queues[1:]))
    )
    assert anew == ["orange"]
    assert channel.taken() == [
        ("no queue", "orange"),
        ("queue", "orange", {"x-message-ttl": 5}),
        ("bind", "orange", "new", {}),
    ]


def test_another_kind_of_value_is_another_binding_though_python_calls_them_equal() -> None:
    channel, topology = Channel(), LabTopology()

    def lab(value: bool | int) -> Lab:
        bindings = (LabBinding("q", "unused", (("n", value),)),)
        return Lab(exchange=ExchangeKind.HEADERS, queues=(LabQueue("q"),), bindings=bindings)

    topology.apply(channel, lab(1))
    channel.taken()
    topology.apply(channel, lab(True))
    verbs = [(asked[0], type(asked[3]["n"])) for asked in channel.taken()]
    assert verbs == [("unbind", int), ("bind", bool)]


def test_after_an_error_in_the_middle_everything_is_made_anew() -> None:
    channel, topology = Channel(), LabTopology()
    topology.apply(channel, ANIMALS)
    channel.taken()
    channel.fails = True
    with pytest.raises(OSError, match="gone"):
        topology.apply(channel, REPORTS)
    channel.fails = False
    channel.taken()
    topology.apply(channel, REPORTS)
    asked = channel.taken()
    assert asked[0] == ("no exchange",)
    assert {each[1] for each in asked if each[0] == "no queue"} >= {"orange", "pdf-reports"}
    assert next(each for each in asked if each[0] == "bind")[3] == {
        "format": "pdf",
        "type": "report",
        "x-match": "all",
    }


@pytest.mark.parametrize(
    ("message_id", "number"),
    [("lab-7", 7), ("7", None), ("lab-", None), ("lab-x", None), (None, None), ("lab-²", None)],
)
def test_only_our_own_messages_have_a_number(message_id: str | None, number: int | None) -> None:
    assert number_of(message_id) == number


def _name(mark: str, digits: str) -> str:
    from launcher.runtime.lab_place import _begin

    return _begin(mark) + digits
