"""Remote control against a real Celery worker, over a broker in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from launcher.runtime.remote_control import ControlError, RemoteControl
from tests.helpers.ports import free_port
from tests.helpers.waiting import eventually
from tests.unit.runtime.celery_worker import BROKER, OwnWorker, own_worker


@pytest.fixture(scope="module")
def worker() -> Iterator[OwnWorker]:
    with own_worker() as own:
        yield own


@pytest.fixture
def control() -> Iterator[RemoteControl]:
    made = RemoteControl(lambda: BROKER)
    yield made
    made.close()


def test_a_worker_says_what_it_is_and_what_its_tasks_take(
    worker: OwnWorker, control: RemoteControl
) -> None:
    (answer,) = control.look([worker.node])
    view = answer.view
    assert (view.name, view.pool, view.size) == (worker.node, "threads", 2)
    assert view.queues == ("celery",)
    # Tasks that another test has imported are shared with every app of the process.
    assert {"own.add", "own.fail", "own.held"} <= {*view.tasks}
    taken = control.signatures([worker.node])
    assert taken["own.add"].text == "(a: int, b: int = 2)"
    assert taken["own.add"].words == "Add two numbers."


def test_a_published_task_is_executed_and_seen_in_hand(
    worker: OwnWorker, control: RemoteControl
) -> None:
    task_id = control.publish("own.held", [], {}, "celery")
    assert worker.held.wait(10)
    (answer,) = control.look([worker.node])
    assert answer.view.active == 1
    assert answer.holding.active[task_id]["name"] == "own.held"
    assert answer.holding.active[task_id]["args"] == "[]"
    worker.gate.set()
    eventually(lambda: control.look([worker.node])[0].view.active == 0, 10, lambda: "its end")


def test_a_queue_that_is_not_there_takes_nothing(worker: OwnWorker, control: RemoteControl) -> None:
    assert control.depths(["celery", "nowhere"]) == {"celery": 0, "nowhere": None}
    with pytest.raises(ControlError, match="no queue nowhere"):
        control.publish("own.add", [1], {}, "nowhere")


def test_a_worker_that_cannot_do_it_says_so(worker: OwnWorker, control: RemoteControl) -> None:
    with pytest.raises(ControlError, match=f"{worker.node} refuses: .*grow"):
        control.resize(worker.node, 1)


def test_a_queue_can_be_left_and_taken_again(worker: OwnWorker, control: RemoteControl) -> None:
    control.stop_consuming(worker.node, "celery")
    eventually(lambda: not control.look([worker.node])[0].view.queues, 10, lambda: "it leaves")
    control.consume(worker.node, "celery")
    eventually(
        lambda: control.look([worker.node])[0].view.queues == ("celery",), 10, lambda: "it takes"
    )


def test_nobody_is_asked_where_nobody_is(worker: OwnWorker, control: RemoteControl) -> None:
    assert control.look([]) == []
    with pytest.raises(ControlError, match="did not answer"):
        control.resize("nobody@nowhere", 1)


def test_a_broker_that_is_not_there_is_said_in_words() -> None:
    control = RemoteControl(lambda: f"amqp://127.0.0.1:{free_port()}//")
    with pytest.raises(ControlError, match="The broker did not do it: nobody listens there"):
        control.look(["w@host"])
    control.close()
    with pytest.raises(ControlError, match="being stopped"):
        control.look(["w@host"])
