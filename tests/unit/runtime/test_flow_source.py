"""Looking at a broker: what is told when one way fails, and what the embedded broker shows.

RabbitMQ itself is looked at in tests/e2e/test_flow_source.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue
from kombu.transport import filesystem

from launcher.diagnostics.masking import Masker
from launcher.runtime.embedded_broker import prepare
from launcher.runtime.flow_source import FlowSource
from launcher.runtime.management import ManagementDenied, ManagementError, ManagementOff
from tests.helpers.ports import free_port

SECRET = "s3cret-of-the-run"
CELERY = Queue("celery", Exchange("celery", type="direct"), routing_key="celery")


class FakeManagement:
    """Answers by the first part of the path and what follows the virtual host."""

    def __init__(self, answers: dict[tuple[str, ...], Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[tuple[str, ...], dict[str, Any]]] = []
        self.closed = False

    def get(self, *path: str, **query: Any) -> Any:
        self.asked.append((path, query))
        answer = self.answers.get(path, {})
        if isinstance(answer, ManagementError):
            raise answer
        return answer

    def put(self, *path: str, body: Any = None) -> None:
        raise ManagementDenied("The broker's user has no permission for this.", "Give it the tag.")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def broker() -> Iterator[str]:
    """A broker in memory with one queue of two messages; as good as RabbitMQ for counting."""
    with Connection("memory://") as connection:
        channel = connection.channel()
        name = f"q{uuid.uuid4().hex[:6]}"
        queue = Queue(name, Exchange(name), routing_key=name)(channel)
        queue.declare()
        for _ in range(2):
            with connection.Producer(channel) as producer:
                producer.publish([[1], {}, {}], exchange=name, routing_key=name)
        yield name
        queue.delete()


@pytest.fixture
def make() -> Iterator[Callable[..., FlowSource]]:
    made: list[FlowSource] = []

    def source(url: str = "memory://", management: object = None) -> FlowSource:
        found = FlowSource(
            lambda: url,
            lambda: management,  # type: ignore[arg-type, return-value]
            "launcher",
            Masker([SECRET]).mask,
        )
        made.append(found)
        return found

    yield source
    for one in made:
        one.close()


def test_depths_are_told_though_the_plugin_is_off(
    broker: str, make: Callable[..., FlowSource]
) -> None:
    off = ManagementOff("Nobody listens there.", "Switch the plugin on.")
    source = make(management=FakeManagement({("queues", "launcher"): off}))
    look = source.look([broker])
    assert look.management is not None
    assert (look.management.words, look.management.remedy) == (
        "Nobody listens there.",
        "Switch the plugin on.",
    )
    found = look.topology.queue(broker)
    assert found is not None
    assert found.ready == 2
    assert look.broker is None


def test_a_user_who_may_not_trace_sees_all_but_contents(
    broker: str, make: Callable[..., FlowSource]
) -> None:
    page = {"items": [{"name": broker, "consumers": 0}], "filtered_count": 1}
    management = FakeManagement({("queues", "launcher"): page})
    management.answers["queues", "launcher", broker, "bindings"] = []
    source = make(management=management)
    look = source.look([], record=True)
    assert look.management is None
    assert "no permission" in look.no_contents
    assert not look.recording
    assert look.topology.queue(broker) is not None
    # It is asked once, not at every look.
    source.look([], record=True)
    assert len([path for path, _ in management.asked if path[0] == "vhosts"]) <= 1


def test_the_management_is_asked_for_one_page_of_own_queues_and_left_in_peace(
    broker: str, make: Callable[..., FlowSource]
) -> None:
    page = {"items": [{"name": broker}], "filtered_count": 10_000}
    management = FakeManagement({("queues", "launcher"): page})
    management.answers["queues", "launcher", broker, "bindings"] = []
    source = make(management=management)
    for _ in range(5):
        assert source.look([]).topology.total == 10_000
    source.look([], find="a.b")
    first, found = [query for path, query in management.asked if path == ("queues", "launcher")]
    assert first["page_size"] == 100
    assert found["name"].endswith(r".*a\.b")


def test_a_broker_that_is_gone_is_said_and_found_again(make: Callable[..., FlowSource]) -> None:
    url = f"amqp://127.0.0.1:{free_port()}//"
    source = FlowSource(lambda: url, lambda: None, "launcher", str)
    look = source.look(["celery"])
    assert look.broker is not None
    assert "nobody listens there yet" in look.broker.words
    url = "memory://"
    assert source.look([]).broker is None
    source.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "broker"
    prepare(place)
    return place


@pytest.fixture
def embedded(folder: Path) -> Iterator[Connection]:
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
    # kombu remembers for the whole process who is bound, whatever the folder.
    filesystem.Transport.global_state.clear()
    with Connection("filesystem://localhost", transport_options=options) as connection:
        CELERY(connection.channel()).declare()
        yield connection


def url_of(folder: Path) -> str:
    return f"filesystem://localhost{folder.as_posix()}"


def publish(connection: Connection, body: bytes, **more: Any) -> None:
    with connection.Producer() as producer:
        producer.publish(
            body,
            exchange="celery",
            routing_key="celery",
            content_type="application/json",
            content_encoding="binary",
            **more,
        )


def test_the_embedded_broker_shows_queues_depths_and_what_waits_without_taking_it(
    folder: Path, embedded: Connection, make: Callable[..., FlowSource]
) -> None:
    publish(embedded, b"[[12], {}, {}]", headers={"id": "mail-12-1", "token": SECRET})
    publish(embedded, b"\xff\xfe", headers={"id": "odd"})
    (folder / "messages" / "9_x.celery.msg").write_text("{ half", encoding="utf-8")
    source = make(url_of(folder))
    for _ in range(2):
        look = source.look([], record=True)
        assert look.embedded
        assert look.broker is look.management is None
        assert [binding.exchange for binding in look.topology.bindings] == ["celery"]
        found = look.topology.queue("celery")
        assert found is not None
        assert (found.ready, found.consumers) == (3, None)
        assert "12" in look.contents["mail-12-1"].body
        assert SECRET not in str(look.contents)
        assert "Not UTF-8" in look.contents["odd"].note


def test_a_purge_of_the_embedded_broker_removes_what_waits(
    folder: Path, embedded: Connection, make: Callable[..., FlowSource]
) -> None:
    for number in range(3):
        publish(embedded, b"[]", headers={"id": str(number)})
    source = make(url_of(folder))
    assert source.purge("celery") == 3
    found = source.look([]).topology.queue("celery")
    assert found is not None
    assert found.ready == 0
