"""What the Flow page asks a real RabbitMQ: topology, depths, contents, and what it may not do."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from kombu import Connection, Exchange, Queue

from launcher.core.flow_topology import Binding
from launcher.diagnostics.masking import Masker
from launcher.runtime.celery_events import CeleryEvents
from launcher.runtime.flow_source import FlowSource, Look
from launcher.runtime.management import Management, ManagementTimeout
from tests.helpers.managed import Managed
from tests.helpers.waiting import eventually

EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}
SECRET = "s3cret-of-the-run"
MANY = 10_000


@pytest.fixture
def host(managed: Managed) -> Iterator[str]:
    """A virtual host of this test alone."""
    name = f"flow {uuid.uuid4().hex[:6]}"
    client = Management(managed.access)
    client.put("vhosts", name, body={"description": "kept", "tags": "a,b"})
    client.put("permissions", name, managed.access.user, body=EVERYTHING)
    yield name
    with contextlib.suppress(ManagementTimeout):  # of many queues; the node goes in the end
        client.delete("vhosts", name)
    client.close()


def url_of(managed: Managed, host: str, user: str = "", password: str = "") -> str:
    login = f"{user or managed.access.user}:{password or managed.access.password}"
    where = urlsplit(managed.url).netloc.rpartition("@")[2]
    return f"amqp://{login}@{where}/{quote(host, safe='')}"


def source_of(managed: Managed, host: str) -> FlowSource:
    return FlowSource(
        lambda: url_of(managed, host),
        lambda: Management(managed.access),
        host,
        Masker([SECRET]).mask,
    )


@pytest.fixture
def source(managed: Managed, host: str) -> Iterator[FlowSource]:
    made = source_of(managed, host)
    yield made
    made.close()


def look_until(source: FlowSource, wanted: str, *, record: bool = False) -> Look:
    """Look until the queue is known: the management is asked every few seconds."""

    def looked() -> Look | None:
        look = source.look([wanted], record=record)
        known = look.topology.queue(wanted)
        return look if known and look.topology.bindings else None

    found = eventually(looked, 20, f"{wanted} in the topology", every=0.3)
    assert found is not None
    return found


def declare(connection: Connection, queue: Queue) -> None:
    with connection.channel() as channel:
        queue(channel).declare()


def test_topology_depths_and_contents_of_real_messages(
    managed: Managed, host: str, source: FlowSource
) -> None:
    work = Queue("work", Exchange("jobs", type="topic"), routing_key="*.urgent")
    with Connection(url_of(managed, host)) as connection:
        declare(connection, work)
        look = look_until(source, "work", record=True)
        assert Binding("jobs", "work", "*.urgent") in look.topology.bindings
        assert look.topology.kind("jobs") == "topic"
        assert look.recording
        with connection.Producer() as producer:
            producer.publish(
                {"n": 1},
                exchange="jobs",
                routing_key="a.urgent",
                headers={"id": "one", "password": SECRET},
            )
            producer.publish(
                b"\xff\xfe\x00",
                exchange="",
                routing_key="work",
                content_type="application/data",
                content_encoding="binary",
                correlation_id="bytes",
            )
        contents: dict[str, object] = {}
        routes: set[tuple[str, str, str]] = set()

        def recorded() -> bool:
            look = source.look(["work"], record=True)
            contents.update(look.contents)
            routes.update(
                (one["exchange"], one["routing_key"], one["queue"]) for one in look.copies
            )
            return {"one", "bytes"} <= contents.keys()

        eventually(recorded, 10, lambda: f"both messages, not {list(contents)}")
        assert '"n": 1' in str(contents["one"]) or "'n': 1" in str(contents["one"])
        assert routes == {("jobs", "a.urgent", "work"), ("", "work", "work")}
        assert SECRET not in str(contents)
        assert "Not UTF-8" in str(contents["bytes"])
        found = source.look(["work"], record=True).topology.queue("work")
        assert found is not None
        # Nothing was taken to be looked at.
        assert (found.ready, found.consumers) == (2, 0)
        assert source.purge("work") == 2


def test_the_recording_ends_with_the_wish_and_leaves_the_virtual_host_as_it_was(
    managed: Managed, host: str, source: FlowSource
) -> None:
    client = Management(managed.access)
    with Connection(url_of(managed, host)) as connection:
        declare(connection, Queue("work", Exchange("jobs"), routing_key="k"))
        before = client.get("vhosts", host)
        assert not before["tracing"]
        look_until(source, "work", record=True)
        assert client.get("vhosts", host)["tracing"]
        assert not source.look(["work"], record=False).recording
        after = client.get("vhosts", host)
        assert not after["tracing"]
        assert (after["description"], after["tags"]) == ("kept", ["a", "b"])
        queues = client.get("queues", host, columns="name")
        assert [one["name"] for one in queues] == ["work"]
    client.close()


def test_a_user_who_only_monitors_is_told_why_there_are_no_contents(
    managed: Managed, host: str
) -> None:
    client = Management(managed.access)
    client.put("users", "watcher", body={"password": "pw", "tags": "management"})
    client.put("permissions", host, "watcher", body=EVERYTHING)
    access = replace(managed.access, user="watcher", password="pw")
    source = FlowSource(
        lambda: url_of(managed, host, "watcher", "pw"), lambda: Management(access), host, str
    )
    with Connection(url_of(managed, host)) as connection:
        declare(connection, Queue("work", Exchange("jobs"), routing_key="k"))
    look = look_until(source, "work", record=True)
    assert look.management is None
    assert "no permission" in look.no_contents
    source.close()
    client.delete("users", "watcher")
    client.close()


def test_a_user_who_may_not_listen_to_events_is_told_so(managed: Managed, host: str) -> None:
    client = Management(managed.access)
    client.put("users", "deaf", body={"password": "pw", "tags": ""})
    client.put(
        "permissions", host, "deaf", body={"configure": "^work", "write": ".*", "read": ".*"}
    )
    problems: list[str] = []
    events = CeleryEvents(lambda: url_of(managed, host, "deaf", "pw"), problems.append)
    states: list[str] = []
    events.subscribe(lambda _batch: None, lambda state: states.append(state.problem))
    eventually(lambda: any(states), 10, "a problem")
    assert "does not let this user listen" in next(filter(None, states))
    events.close()
    assert problems == []
    client.delete("users", "deaf")
    client.close()


def test_a_queue_that_goes_in_the_middle_is_no_more_and_the_rest_stays(
    managed: Managed, host: str, source: FlowSource
) -> None:
    exchange = Exchange("jobs")
    with Connection(url_of(managed, host)) as connection:
        for name in ("first", "second"):
            declare(connection, Queue(name, exchange, routing_key=name))
        look_until(source, "first")
        with connection.channel() as channel:
            channel.queue_delete("first")
        look = source.look(["first", "second"])
        assert look.broker is None
        found = look.topology.queue("second")
        assert found is not None
        assert found.ready == 0


@pytest.mark.long
def test_ten_thousand_queues_are_looked_at_by_one_page(
    managed: Managed, host: str, source: FlowSource
) -> None:
    with Connection(url_of(managed, host)) as connection, connection.channel() as channel:
        for number in range(MANY):
            channel.queue_declare(f"q{number:05}", nowait=True, durable=False, auto_delete=False)
        channel.queue_declare("last", durable=False, auto_delete=False)
        began = time.monotonic()

        def all_counted() -> bool:
            return source.look([]).topology.total == MANY + 1

        eventually(all_counted, 120, "all counted", every=0.5)
        began = time.monotonic()
        look = source.look(["last"], find="last")
        print(f"{MANY} queues: a look with the management took {time.monotonic() - began:.2f} s")
        assert [one.name for one in look.topology.queues] == ["last"]
        began = time.monotonic()
        for _ in range(5):
            source.look(["last"], find="last")
        print(f"a look without it: {(time.monotonic() - began) / 5 * 1000:.0f} ms")
