"""The lab on a real broker: what it foretells happens, and nothing of it stays."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from kombu import Connection

from launcher.core.lab import AckMode, Lab, LabBinding, LabConsumer, LabMessage, LabQueue, Settle
from launcher.core.lab_events import (
    ConsumerGone,
    Delivered,
    LabEvent,
    LabPhase,
    LabStands,
    Refused,
    Sent,
    Settled,
    Waiting,
)
from launcher.core.lab_examples import ANIMALS, DEAD_LETTERS, EXAMPLES, WORK_QUEUE
from launcher.core.lab_prediction import predict
from launcher.core.matching import ExchangeKind
from launcher.runtime.lab import LabRoom
from launcher.runtime.management import Management, ManagementAccess
from tests.helpers.managed import Managed, managed_node
from tests.helpers.needs import need_rabbitmq
from tests.helpers.ports import free_port
from tests.helpers.programs import Program, environment
from tests.helpers.waiting import eventually, let_pass

E = TypeVar("E")
LABS = "celery-launcher-lab-"
SOON = 15.0
EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


class Told:
    """What a lab told so far."""

    def __init__(self) -> None:
        self.events: list[LabEvent] = []
        self._lock = threading.Lock()

    def __call__(self, event: LabEvent) -> None:
        with self._lock:
            self.events.append(event)

    def of(self, kind: type[E]) -> list[E]:
        with self._lock:
            return [event for event in self.events if isinstance(event, kind)]

    def wait(self, kind: type[E], matches: Callable[[E], object] = lambda _event: True) -> E:
        """The first such event, now or soon."""
        return eventually(
            lambda: next((event for event in self.of(kind) if matches(event)), None),
            SOON,
            lambda: f"{kind.__name__} among {self.events[-12:]}",
        )


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def room(managed: Managed, notes: list[str]) -> Iterator[LabRoom]:
    made = LabRoom(managed.management, lambda: managed.url, "home", notes.append)
    yield made
    made.close()
    assert not {name for name in managed.names("vhosts") if name.startswith(f"{LABS}home")}
    assert not {name for name in managed.names("users") if name.startswith(f"{LABS}home")}


def opened(room: LabRoom, lab: Lab) -> Told:
    told = Told()
    room.open(told)
    told.wait(LabStands, lambda event: event.phase is LabPhase.OPEN)
    room.watch(watched=True)
    room.apply(lab)
    return told


@pytest.mark.parametrize("lab", EXAMPLES, ids=lambda lab: lab.name)
def test_every_example_goes_where_it_is_foretold(room: LabRoom, lab: Lab) -> None:
    told = opened(room, lab)
    room.send(lab.message)
    sent = told.wait(Sent)
    assert sent.queues is not None
    foretold = {route.queue for route in predict(lab, lab.message) if route.arrives}
    assert set(sent.queues) == foretold
    waiting = told.wait(Waiting, lambda event: sum(event.ready.values()) == len(foretold))
    assert {name for name, count in waiting.ready.items() if count} == foretold
    assert not told.of(Refused)


def test_what_is_edited_stands_on_the_broker_at_once(room: LabRoom) -> None:
    told = opened(room, ANIMALS)
    lab = replace(
        ANIMALS,
        queues=(*ANIMALS.queues[:2], LabQueue("new", 60_000)),
        bindings=(LabBinding("new", "a.#"), LabBinding("orange", "a.*"), LabBinding("orange", "#")),
    )
    steps = (
        (lab, "a.b", {"new", "orange"}),
        (replace(lab, bindings=lab.bindings[:2]), "x", set()),
        (replace(lab, exchange=ExchangeKind.DIRECT), "a.*", {"orange"}),
        (replace(lab, exchange=ExchangeKind.DEFAULT), "rabbits", {"rabbits"}),
        (ANIMALS, "lazy", {"lazy"}),
    )
    for number, (each, key, queues) in enumerate(steps, start=1):
        room.apply(each)
        room.send(LabMessage(key))
        sent = told.wait(Sent, lambda event, n=number: event.number == n)
        assert set(sent.queues or ()) == queues, key
    # The queue whose time to live was given anew held messages: said, not silently dropped.
    room.apply(replace(ANIMALS, queues=(LabQueue("orange", 5000), *ANIMALS.queues[1:])))
    assert "orange" in told.wait(Refused).words


def test_competing_consumers_share_and_a_dead_one_gives_back_what_it_held(room: LabRoom) -> None:
    told = opened(room, WORK_QUEUE)
    for consumer in WORK_QUEUE.consumers:
        room.consume(consumer)
    room.send(WORK_QUEUE.message, 3)
    first = told.wait(Delivered, lambda event: event.consumer == "worker-1")
    second = told.wait(Delivered, lambda event: event.consumer == "worker-2")
    assert {first.number, second.number} == {1, 2}, "prefetch 1: one each"
    told.wait(Waiting, lambda event: event.ready == {"mails": 1})
    room.cut("worker-1", "died")
    gone = told.wait(ConsumerGone)
    assert gone.held == 1
    room.settle("worker-2", second.tag, Settle.ACK)
    again = told.wait(Delivered, lambda event: event.redelivered)
    assert (again.consumer, again.number) == ("worker-2", first.number)
    room.settle("worker-2", again.tag, Settle.ACK)
    third = told.wait(Delivered, lambda event: event.number == 3)
    room.settle("worker-2", third.tag, Settle.REQUEUE)
    back = told.wait(Delivered, lambda event: event.number == 3 and event.redelivered)
    room.settle("worker-2", back.tag, Settle.ACK)
    told.wait(Settled, lambda event: event.tag == back.tag)
    told.wait(Waiting, lambda event: event.ready == {"mails": 0})
    room.settle("worker-1", first.tag, Settle.ACK)
    assert "is gone" in told.wait(Refused).words


def test_prefetch_bounds_what_a_consumer_holds_and_automatic_holds_nothing(room: LabRoom) -> None:
    told = opened(room, WORK_QUEUE)
    room.consume(LabConsumer("two", "mails", prefetch=2))
    room.send(WORK_QUEUE.message, 5)
    told.wait(Waiting, lambda event: event.ready == {"mails": 3})
    assert len(told.of(Delivered)) == 2
    room.consume(LabConsumer("two", "mails", AckMode.AUTOMATIC))
    told.wait(Delivered, lambda event: event.number == 5 and not event.held)
    numbers = [event.number for event in told.of(Delivered) if not event.held]
    assert sorted(n for n in numbers if n is not None) == [1, 2, 3, 4, 5]
    told.wait(Waiting, lambda event: event.ready == {"mails": 0})


def test_rejected_and_expired_messages_are_dead_letters_with_their_reason(room: LabRoom) -> None:
    queues = (LabQueue("orders", 700, "failed-orders"), LabQueue("failed-orders"))
    lab = replace(DEAD_LETTERS, queues=queues)
    told = opened(room, lab)
    room.consume(LabConsumer("shop", "orders"))
    room.consume(LabConsumer("undertaker", "failed-orders", AckMode.AUTOMATIC))
    room.send(lab.message)
    held = told.wait(Delivered, lambda event: event.consumer == "shop")
    room.settle("shop", held.tag, Settle.REJECT)
    dead = told.wait(Delivered, lambda event: event.consumer == "undertaker")
    assert dead.died == "was rejected in orders"
    room.cut("shop", "was stopped")
    room.send(lab.message)
    late = told.wait(Delivered, lambda event: event.consumer == "undertaker" and event.number == 2)
    assert late.died == "waited too long in orders"
    room.send(replace(lab.message, expiration=1))
    quick = told.wait(Delivered, lambda event: event.consumer == "undertaker" and event.number == 3)
    assert quick.died == "waited too long in orders"


def test_bytes_that_are_no_text_and_a_strangers_message_arrive_as_they_are(
    room: LabRoom, managed: Managed
) -> None:
    told = opened(room, WORK_QUEUE)
    room.consume(LabConsumer("c", "mails", AckMode.AUTOMATIC))
    room.send(LabMessage("mails", (("é", "ü"), ("n", None), ("f", 1.5)), b"\xff\x00\xfe"))
    mine = told.wait(Delivered)
    assert mine.body == b"\xff\x00\xfe"
    assert dict(mine.headers) == {"é": "ü", "n": None, "f": 1.5}
    vhost = told.of(LabStands)[-1].vhost
    with contextlib.closing(managed.management()) as client:
        body = {"properties": {"message_id": "lab-x", "headers": {"deep": {"a": [1]}}}}
        body |= {"routing_key": "mails", "payload": "//79", "payload_encoding": "base64"}
        client.put("permissions", vhost, "guest", body=EVERYTHING)
        client.post("exchanges", vhost, "amq.default", "publish", body=body)
    strange = told.wait(Delivered, lambda event: event.number is None)
    assert strange.body == b"\xff\xfe\xfd"


def test_the_labs_user_may_do_nothing_elsewhere(room: LabRoom, managed: Managed) -> None:
    told = opened(room, ANIMALS)
    vhost = told.of(LabStands)[-1].vhost
    with contextlib.closing(managed.management()) as client:
        (permission,) = client.get("users", vhost, "permissions")
        assert permission["vhost"] == vhost
        tags = client.get("users", vhost)["tags"]
        assert tags in ([], "")


def test_a_queue_or_a_vhost_that_somebody_removes_is_said(room: LabRoom, managed: Managed) -> None:
    told = opened(room, WORK_QUEUE)
    room.consume(WORK_QUEUE.consumers[0])
    room.send(WORK_QUEUE.message)
    told.wait(Delivered)
    vhost = told.of(LabStands)[-1].vhost
    with contextlib.closing(managed.management()) as client:
        client.put("permissions", vhost, "guest", body=EVERYTHING)
        client.delete("queues", vhost, "mails")
        assert "its queue is gone" in told.wait(ConsumerGone).words
        room.purge("mails")
        assert "RabbitMQ refuses" in told.wait(Refused).words
        client.delete("vhosts", vhost)
    lost = told.wait(LabStands, lambda event: event.phase is LabPhase.FAILED)
    assert lost.remedy
    room.send(WORK_QUEUE.message)  # nobody is there any more: no error, nothing hangs
    opened(room, ANIMALS)


def test_what_a_killed_launcher_left_goes_at_the_next_start_and_nobody_elses(
    managed: Managed, notes: list[str]
) -> None:
    script = (
        "import sys, threading\n"
        "from launcher.runtime.lab import LabRoom\n"
        "from launcher.runtime.management import Management, ManagementAccess\n"
        "access = ManagementAccess(sys.argv[1], 'guest', 'guest')\n"
        "room = LabRoom(lambda: Management(access), lambda: sys.argv[2], sys.argv[3], print)\n"
        "room.open(lambda event: print(event, flush=True))\n"
        "threading.Event().wait()\n"
    )

    def program(mark: str) -> Program:
        words = [sys.executable, "-c", script, managed.access.url, managed.url, mark]
        return Program(words, env=environment())

    with program("killed") as killed, program("other") as other:
        for each in (killed, other):
            each.wait_for("LabPhase.OPEN:", 30)
        before = {name for name in managed.names("vhosts") if name.startswith(LABS)}
        assert len(before) == 2
        room = LabRoom(managed.management, lambda: managed.url, "killed", notes.append)
        with contextlib.closing(managed.management()) as client:
            for name in before:
                eventually(
                    lambda name=name: client.get("vhosts", name, "connections"), SOON, "it is told"
                )
        room.sweep()
        assert managed.names("vhosts") >= before, "one that somebody uses stays"
        killed.signal(signal.SIGKILL)
        killed.wait(5)

        def swept() -> bool:
            room.sweep()
            return not any(name.startswith(f"{LABS}killed") for name in managed.names("vhosts"))

        eventually(swept, SOON, "the lab removed")
        assert not any(name.startswith(f"{LABS}killed") for name in managed.names("users"))
        assert any(name.startswith(f"{LABS}other") for name in managed.names("vhosts"))
        assert any("removed what an exchange lab left" in note for note in notes)
    eventually(lambda: _clear(managed, "other"), SOON, "the other removed")


def _clear(managed: Managed, mark: str) -> bool:
    LabRoom(managed.management, lambda: managed.url, mark, print).sweep()
    return not any(name.startswith(f"{LABS}{mark}") for name in managed.names("vhosts"))


@pytest.mark.parametrize(
    ("access", "words"),
    [
        (ManagementAccess(f"http://127.0.0.1:{free_port()}", "guest", "guest"), "nobody listens"),
        (None, "no permission"),
    ],
)
def test_without_management_or_permission_it_says_so_and_leaves_nothing(
    managed: Managed, access: ManagementAccess | None, words: str
) -> None:
    with contextlib.closing(managed.management()) as client:
        client.put("users", "looker", body={"password": "x", "tags": "management"})
    used = access or replace(managed.access, user="looker", password="x")
    told = Told()
    began = time.monotonic()
    room = LabRoom(lambda: Management(used), lambda: managed.url, "denied", print)
    room.open(told)
    failed = told.wait(LabStands, lambda event: event.phase is LabPhase.FAILED)
    assert words in failed.words
    assert failed.remedy
    assert time.monotonic() - began < SOON
    room.send(LabMessage("x"))
    room.close()
    assert not any(name.startswith(f"{LABS}denied") for name in managed.names("vhosts"))


def test_a_broker_that_goes_in_the_middle_is_said_and_nothing_hangs(tmp_path: Path) -> None:
    need_rabbitmq()
    notes: list[str] = []
    with managed_node(tmp_path / "node") as node:
        room = LabRoom(node.management, lambda: node.url, "home", notes.append)
        told = opened(room, WORK_QUEUE)
        room.consume(WORK_QUEUE.consumers[0])
        room.send(WORK_QUEUE.message)
        told.wait(Delivered)
        node.node.kill()
        lost = told.wait(LabStands, lambda event: event.phase is LabPhase.FAILED)
        assert "broker is gone" in lost.words
        assert "Start the broker again" in lost.remedy
        room.send(WORK_QUEUE.message)
        room.settle("worker-1", 1, Settle.ACK)
        ended = threading.Thread(target=room.close)
        ended.start()
        ended.join(SOON)
        assert not ended.is_alive()
        assert any("stays until the next start" in note for note in notes)


def test_a_broker_that_hangs_is_said_by_a_time_limit(tmp_path: Path) -> None:
    need_rabbitmq()
    with managed_node(tmp_path / "node") as node:
        room = LabRoom(node.management, lambda: node.url, "home", print)
        told = opened(room, WORK_QUEUE)
        told.wait(Waiting)
        node.node.signal(signal.SIGSTOP)
        try:
            room.send(WORK_QUEUE.message)
            lost = told.wait(LabStands, lambda event: event.phase is LabPhase.FAILED)
            assert "did not answer within 5 s" in lost.words
        finally:
            node.node.signal(signal.SIGCONT)
        room.close()


def test_a_stranger_who_connects_nowhere_near_is_not_disturbed(
    room: LabRoom, managed: Managed
) -> None:
    with Connection(managed.url) as connection, connection.channel() as channel:
        channel.queue_declare("theirs", exclusive=True)
        told = opened(room, ANIMALS)
        room.send(ANIMALS.message)
        told.wait(Sent)
        room.close()
        let_pass(0.1)
        assert channel.queue_declare("theirs", passive=True).message_count == 0


def test_a_broker_that_is_short_of_memory_is_said_and_the_lab_goes_on_afterwards(
    room: LabRoom, managed: Managed
) -> None:
    told = opened(room, ANIMALS)
    managed.order("set_vm_memory_high_watermark", "0.00001")
    try:
        room.send(ANIMALS.message)
        assert "does not take the message" in told.wait(Refused).words
    finally:
        managed.order("set_vm_memory_high_watermark", "0.6")
    room.send(LabMessage("lazy"))
    sent = told.wait(Sent, lambda event: event.queues == ("lazy",))
    assert sent.number == 2
    assert all(event.phase is not LabPhase.FAILED for event in told.of(LabStands))


@pytest.mark.long
def test_ten_thousand_queues_beside_it_change_nothing(tmp_path: Path) -> None:
    need_rabbitmq()
    with managed_node(tmp_path / "node") as node, Connection(node.url) as connection:
        with connection.channel() as channel:
            for number in range(10_000):
                channel.queue_declare(f"q{number}", durable=False, nowait=True)
            channel.queue_declare("q9999", passive=True)
        with contextlib.closing(node.management()) as client:
            began = time.monotonic()
            names = {each["name"] for each in client.listing("queues", columns="name")}
            print(f"10,000 queues listed by pages in {time.monotonic() - began:.1f} s")
            assert len(names) == 10_000
        room = LabRoom(node.management, lambda: node.url, "home", print)
        began = time.monotonic()
        told = opened(room, ANIMALS)
        room.send(ANIMALS.message)
        told.wait(Sent, lambda event: event.queues == ("orange", "rabbits"))
        print(f"lab opened and a message sent in {time.monotonic() - began:.1f} s")
        room.close()
        assert not any(name.startswith(LABS) for name in node.names("vhosts"))
