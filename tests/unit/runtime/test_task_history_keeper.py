"""Following tasks: real events and remote control of a real worker, over a broker in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from launcher.core.spec import ProbeKind, ProbeSpec, ServiceSpec
from launcher.core.state import ExitInfo, ServiceState, ServiceStatus
from launcher.core.tasks import Kind, Task, TaskState
from launcher.runtime import task_history_keeper
from launcher.runtime.celery_events import CeleryEvents
from launcher.runtime.remote_control import RemoteControl
from launcher.runtime.task_history import TaskHistory, Wanted
from launcher.runtime.task_history_keeper import TaskKeeper
from tests.helpers.waiting import eventually
from tests.unit.runtime.celery_worker import BROKER, OwnWorker, own_worker

READY = ServiceStatus("worker", ServiceState.READY, alive=True, generation=1)


class Following:
    """A keeper with all that it needs; `noted` is what it wrote into the log."""

    def __init__(self, file: Path, node: str, url: str = BROKER) -> None:
        self.noted: list[str] = []
        self.events = CeleryEvents(lambda: url, self.noted.append)
        tick = file.with_name("tick.json")
        self.specs: Mapping[str, ServiceSpec] = {
            "worker": ServiceSpec(
                "worker", "Worker", "", probe=ProbeSpec(ProbeKind.WORKER_PING, identity=node)
            ),
            "beat": ServiceSpec(
                "beat", "Beat", "", probe=ProbeSpec(ProbeKind.TICK_FILE, target=str(tick))
            ),
        }
        self.keeper = TaskKeeper(
            file,
            self.events,
            RemoteControl(lambda: url),
            lambda: self.specs,
            self.noted.append,
            comes_again=True,
        )

    def begin(self) -> None:
        self.keeper.observe({"worker": READY})
        eventually(lambda: self.keeper.following.events.connected, 10, lambda: "connected")

    def state(self, task_id: str, *states: TaskState) -> Task:
        found: list[Task] = []

        def look() -> bool:
            found[:] = [task] if (task := self.get(task_id)) is not None else []
            return bool(found) and found[0].state in states

        eventually(look, 15, lambda: f"{task_id} {states}, is {found}")
        return found[0]

    def get(self, task_id: str) -> Task | None:
        history = self.keeper.history
        number = None if history is None else history.number_of(task_id)
        return None if history is None or number is None else history.get(number)

    def close(self) -> None:
        self.events.close()
        self.keeper.close()


@pytest.fixture(scope="module")
def worker() -> Iterator[OwnWorker]:
    with own_worker() as own:
        yield own


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[..., Following]]:
    made: list[Following] = []

    def make(node: str, **more: Any) -> Following:
        made.append(Following(tmp_path / "tasks.sqlite3", node, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()
        assert one.noted == []


def test_nothing_begins_before_a_worker_is_ready(follow: Callable[..., Following]) -> None:
    following = follow("w@host")
    following.keeper.observe({"worker": ServiceStatus("worker", ServiceState.STARTING, alive=True)})
    assert not following.keeper.following.begun
    assert following.keeper.history is None


def test_a_success_and_a_failure_are_kept_with_all_they_said_and_survive_a_restart(
    worker: OwnWorker, follow: Callable[..., Following]
) -> None:
    following = follow(worker.node)
    following.begin()
    added = following.keeper.control.publish("own.add", [1], {"b": 5}, "celery")
    failed = following.keeper.control.publish("own.fail", [], {}, "celery")
    task = following.state(added, TaskState.SUCCEEDED)
    assert [step.kind for step in task.steps] == [
        Kind.SENT,
        Kind.RECEIVED,
        Kind.STARTED,
        Kind.SUCCEEDED,
    ]
    assert (task.name, task.result, task.args, task.worker) == ("own.add", "6", "[1]", worker.node)
    task = following.state(failed, TaskState.FAILED)
    assert "it cannot be" in task.exception
    assert "in fail" in task.traceback
    following.close()
    again = follow(worker.node)
    again.begin()
    again.state(added, TaskState.SUCCEEDED)
    again.state(failed, TaskState.FAILED)


def test_a_task_whose_events_were_missed_is_found_by_asking(
    worker: OwnWorker, follow: Callable[..., Following], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_history_keeper, "LOOK_SECONDS", 0.2)
    worker.gate.clear()
    worker.held.clear()
    control = RemoteControl(lambda: BROKER)
    task_id = control.publish("own.held", [], {}, "celery")
    control.close()
    assert worker.held.wait(10)
    following = follow(worker.node)
    following.begin()
    following.keeper.watch(on=True)
    task = following.state(task_id, TaskState.RUNNING)
    assert (task.steps[0].kind, task.name) == (Kind.FOUND, "own.held")
    (view,) = following.keeper.following.workers
    assert (view.active, view.size) == (1, 2)
    worker.gate.set()
    following.state(task_id, TaskState.SUCCEEDED)


def test_a_worker_that_sends_no_heartbeat_is_found_by_asking_all(
    worker: OwnWorker, follow: Callable[..., Following], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_history_keeper, "LOOK_SECONDS", 0.2)
    following = follow("another@host")
    monkeypatch.setattr(following.keeper._heard, "hear", lambda _event: "")
    following.begin()
    following.keeper.watch(on=True)
    eventually(
        lambda: worker.node in {view.name for view in following.keeper.following.workers},
        15,
        lambda: "the worker",
    )


def test_a_worker_of_ours_that_is_silent_over_a_long_task_is_not_given_up(
    worker: OwnWorker, follow: Callable[..., Following], monkeypatch: pytest.MonkeyPatch
) -> None:
    following = follow("ours@host")
    following.begin()
    for node in ("ours@host", "theirs@host"):
        following.keeper._take(
            [
                {
                    "type": "task-started",
                    "uuid": node,
                    "hostname": node,
                    "at": 1.0,
                    "local_received": 1.0,
                    "clock": 1,
                    "pid": 1,
                }
            ]
        )
    following.state("theirs@host", TaskState.LOST)
    following.state("ours@host", TaskState.RUNNING)


def test_what_nobody_expected_is_told_once_and_following_goes_on(
    worker: OwnWorker, follow: Callable[..., Following], monkeypatch: pytest.MonkeyPatch
) -> None:
    following = follow(worker.node)
    following.begin()
    monkeypatch.setattr(task_history_keeper.Fold, "nowhere", None)
    for _ in range(2):
        following.keeper._post(lambda: following.keeper._fold.nowhere((), 0.0, 0.0))
    task_id = following.keeper.control.publish("own.add", [1], {}, "celery")
    following.state(task_id, TaskState.SUCCEEDED)
    told = [line for line in following.noted if line.startswith("ERROR")]
    assert told == ["ERROR unexpected while tasks were followed, which goes on:"]
    following.noted.clear()


def test_the_end_of_a_worker_of_ours_is_said_of_what_it_executed(
    worker: OwnWorker, follow: Callable[..., Following]
) -> None:
    worker.gate.clear()
    worker.held.clear()
    following = follow(worker.node)
    following.begin()
    task_id = following.keeper.control.publish("own.held", [], {}, "celery")
    following.state(task_id, TaskState.RUNNING)
    killed = ServiceStatus("worker", ServiceState.BACKOFF, last_exit=ExitInfo(-9, 1.0))
    following.keeper.observe({"worker": killed})
    task = following.state(task_id, TaskState.LOST)
    assert task.steps[-1].detail == "Worker was ended by signal 9."
    worker.gate.set()
    following.state(task_id, TaskState.SUCCEEDED)


def test_tasks_of_an_earlier_run_whose_worker_is_not_heard_any_more_are_lost(
    worker: OwnWorker,
    follow: Callable[..., Following],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("launcher.core.tasks_workers.SILENT", 0.3)
    before = TaskHistory(tmp_path / "tasks.sqlite3")
    origin = "earlier@host"
    fold = task_history_keeper.Fold()
    for clock, kind in ((1, "received"), (2, "started")):
        fold.hear(
            {
                "type": f"task-{kind}",
                "uuid": "old",
                "hostname": origin,
                "clock": clock,
                "pid": 1,
                "at": time.time(),
            }
        )
    before.save(fold.take_changed())
    before.close()
    following = follow(worker.node)
    following.begin()
    task = following.state("old", TaskState.LOST)
    assert "not been heard of" in task.steps[-1].detail


def test_beats_schedule_is_read_from_what_it_writes(
    worker: OwnWorker,
    follow: Callable[..., Following],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(task_history_keeper, "LOOK_SECONDS", 0.05)
    (tmp_path / "tick.json").write_text("{half", encoding="utf-8")
    following = follow(worker.node)
    following.begin()
    assert following.keeper.following.schedule == ()
    following.keeper.watch(on=True)
    (tmp_path / "tick.json").write_text(
        '{"schedule": [{"name": "relay", "task": "app.relay"}]}', encoding="utf-8"
    )
    eventually(lambda: following.keeper.following.schedule, 10, lambda: "the schedule")
    assert following.keeper.following.schedule[0].task == "app.relay"


def test_the_file_can_be_removed_while_it_is_closed_and_is_begun_anew(
    worker: OwnWorker, follow: Callable[..., Following], tmp_path: Path
) -> None:
    following = follow(worker.node)
    following.begin()
    before = following.keeper.control.publish("own.add", [1], {}, "celery")
    following.state(before, TaskState.SUCCEEDED)
    with following.keeper.file_closed():
        assert following.keeper.history is None
        for file in tmp_path.glob("tasks.sqlite3*"):
            file.unlink()
    after = following.keeper.control.publish("own.add", [2], {}, "celery")
    following.state(after, TaskState.SUCCEEDED)
    assert following.get(before) is None


def test_before_anything_is_followed_there_is_no_file_to_close(
    follow: Callable[..., Following],
) -> None:
    with follow("w@host").keeper.file_closed():
        pass


def test_a_history_that_cannot_be_opened_is_said_and_nothing_else_breaks(tmp_path: Path) -> None:
    following = Following(tmp_path / "no folder" / "tasks.sqlite3", "w@host")
    following.keeper.observe({"worker": READY})
    eventually(lambda: following.keeper.following.history, 10, lambda: "words")
    following.close()
    assert "cannot be opened" in following.noted[0]


def test_tens_of_thousands_of_events_are_taken_in_without_an_end(
    worker: OwnWorker, follow: Callable[..., Following]
) -> None:
    following = follow(worker.node)
    following.begin()
    count = 5_000
    for number in range(count):
        shown = {"uuid": f"many-{number}", "hostname": worker.node, "pid": 1, "at": 1.0}
        following.keeper._take(
            [
                {"type": "task-received", "clock": 4 * number, "name": "own.add", **shown},
                {"type": "task-succeeded", "clock": 4 * number + 1, "result": "1", **shown},
            ]
        )
        if number % 500 == 499:
            following.state(f"many-{number}", TaskState.SUCCEEDED)
    history = following.keeper.history
    assert history is not None
    assert history.counts()[TaskState.SUCCEEDED] >= count
    assert len(history.rows(Wanted(words="many-4999"), None, 5)) == 1
