"""Folding events and answers into tasks: what is heard, what is missed, whose worker dies."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.core.tasks import Kind, Task, TaskState
from launcher.core.tasks_fold import LONGEST_TEXT, REMEMBERED, SETTLED, Fold, Holding

W, PID = "w@host", 11
NOW = 1_000.0


def event(kind: str, task_id: str = "t1", clock: int = 1, at: float = NOW, **more: Any) -> Any:
    told = {"type": f"task-{kind}", "uuid": task_id, "hostname": W, "pid": PID, "clock": clock}
    return {**told, "at": at, "timestamp": at, **more}


def received(task_id: str = "t1", clock: int = 1, **more: Any) -> Any:
    shown = {"name": "app.add", "args": "(1, 2)", "kwargs": "{}", "retries": 0, "eta": None}
    return event("received", task_id, clock, **shown, **more)


def state(fold: Fold, task_id: str = "t1") -> TaskState:
    task = fold.get(task_id)
    assert task is not None
    return task.state


@pytest.fixture
def running() -> Fold:
    fold = Fold()
    fold.hear(received())
    fold.hear(event("started", clock=2))
    return fold


def test_events_become_a_task_with_all_that_they_say(running: Fold) -> None:
    running.hear(event("succeeded", clock=3, result="3", runtime=0.5))
    task = running.get("t1")
    assert task is not None
    assert (task.name, task.args, task.result, task.runtime) == ("app.add", "(1, 2)", "3", 0.5)
    assert task.worker == W


def test_a_failure_keeps_exception_and_traceback(running: Fold) -> None:
    running.hear(event("failed", clock=3, exception="ValueError('no')", traceback="Traceback …"))
    task = running.get("t1")
    assert task is not None
    assert (task.state, task.exception, task.traceback) == (
        TaskState.FAILED,
        "ValueError('no')",
        "Traceback …",
    )


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"type": "worker-heartbeat", "hostname": W},
        {"type": "task-started"},
        {"type": "task-started", "uuid": 7},
        {"type": "task-invented", "uuid": "t1"},
    ],
)
def test_what_is_no_event_of_a_task_changes_nothing(broken: dict[str, Any]) -> None:
    fold = Fold()
    assert not fold.hear(broken)
    assert fold.take_changed() == []


def test_fields_of_other_types_are_taken_as_far_as_they_can_be() -> None:
    fold = Fold()
    odd = {"clock": "x", "retries": "many", "eta": 0, "args": [1], "timestamp": None}
    assert fold.hear({"type": "task-received", "uuid": "t1", **odd})
    task = fold.get("t1")
    assert task is not None
    assert task.args == "[1]"


def test_a_huge_result_is_cut_and_says_so(running: Fold) -> None:
    running.hear(event("succeeded", clock=3, result="x" * 10_000_000))
    task = running.get("t1")
    assert task is not None
    assert len(task.result) < LONGEST_TEXT + 100
    assert task.result.endswith("9,983,616 more characters")


def test_each_task_that_changed_is_told_once(running: Fold) -> None:
    assert [task.id for task in running.take_changed()] == ["t1"]
    assert running.take_changed() == []


def test_a_worker_that_dies_loses_what_it_executed_and_gives_back_what_it_only_held() -> None:
    fold = Fold()
    fold.hear(received("runs", 1))
    fold.hear(event("started", "runs", 2))
    fold.hear(received("waits", 3))
    fold.hear(received("done", 4))
    fold.hear(event("succeeded", "done", 5))
    fold.hear(received("elsewhere", 6) | {"hostname": "other@host"})
    lost = fold.worker_died(W, NOW + 1, "Worker was ended by signal 9.", comes_again=True)
    assert lost == 1
    assert [state(fold, each) for each in ("runs", "waits", "done", "elsewhere")] == [
        TaskState.LOST,
        TaskState.WAITING,
        TaskState.SUCCEEDED,
        TaskState.RECEIVED,
    ]
    task = fold.get("runs")
    assert task is not None
    assert task.steps[-1].detail == "Worker was ended by signal 9."


def test_on_a_broker_that_forgets_what_was_only_held_is_lost_too() -> None:
    fold = Fold()
    fold.hear(received())
    assert fold.worker_died(W, NOW, "gone", comes_again=False) == 1
    assert state(fold) is TaskState.LOST


def test_a_task_that_a_worker_has_and_nobody_told_is_taken_in() -> None:
    fold = Fold()
    info = {"name": "app.add", "args": "[1]", "delivery_info": {"routing_key": "celery"}}
    fold.answered(Holding(W, {"t1": info}, {"t2": {"name": "app.sub"}}), NOW, NOW)
    task = fold.get("t1")
    assert task is not None
    assert (task.state, task.name, task.queue) == (TaskState.RUNNING, "app.add", "celery")
    assert state(fold, "t2") is TaskState.RECEIVED


def test_an_answer_that_is_older_than_the_end_changes_nothing(running: Fold) -> None:
    running.hear(event("succeeded", clock=3))
    running.answered(Holding(W, {"t1": {}}), NOW - 1, NOW + 100)
    assert state(running) is TaskState.SUCCEEDED


def test_an_answer_brings_back_a_task_that_was_given_up(running: Fold) -> None:
    running.worker_died(W, NOW, "silent", comes_again=True)
    running.answered(Holding(W, {"t1": {}}), NOW + 60, NOW + 60)
    assert state(running) is TaskState.RUNNING


def test_a_running_task_that_its_worker_has_no_more_is_over_after_two_answers(
    running: Fold,
) -> None:
    first, second = NOW + 2 * SETTLED, NOW + 3 * SETTLED
    running.answered(Holding(W), first, first)
    assert state(running) is TaskState.RUNNING
    running.answered(Holding(W), second, second)
    assert state(running) is TaskState.UNKNOWN


def test_an_event_between_two_answers_begins_the_doubt_anew(running: Fold) -> None:
    first = NOW + 2 * SETTLED
    running.answered(Holding(W), first, first)
    running.hear(event("retried", clock=3, at=first + 1))
    running.answered(Holding(W), first + 2 * SETTLED, first + 2 * SETTLED)
    assert state(running) is TaskState.RETRYING


def test_answers_right_after_an_event_prove_nothing(running: Fold) -> None:
    for _ in range(3):
        running.answered(Holding(W), NOW + 1, NOW + 1)
    assert state(running) is TaskState.RUNNING


def test_a_waiting_task_whose_message_is_nowhere_is_gone_after_two_looks() -> None:
    fold = Fold()
    fold.hear(event("sent", queue="celery", retries=0))
    for number in (2, 3):
        assert state(fold) is TaskState.WAITING
        fold.nowhere(["t1", "never heard of"], NOW + number * SETTLED, NOW + number * SETTLED)
    assert state(fold) is TaskState.UNKNOWN


def test_a_task_that_a_worker_keeps_for_its_time_is_not_gone_though_no_queue_has_it() -> None:
    fold = Fold()
    later = {"eta": "2030-01-01T00:00:00", "queue": "celery"}
    fold.hear(event("sent", clock=1, retries=0, **later))
    fold.hear(received(clock=2) | later)
    for number in (2, 3, 4):
        at = NOW + number * SETTLED
        fold.answered(Holding(W, {}, {"t1": {}}), at, at)
        fold.nowhere(["t1"], at, at)
    assert state(fold) is TaskState.SCHEDULED


def test_a_task_that_waits_for_its_next_attempt_is_not_lost_with_the_worker_of_the_last() -> None:
    fold = Fold()
    fold.hear(received())
    fold.hear(event("retried", clock=2))
    assert fold.worker_died(W, NOW, "gone", comes_again=True) == 0
    assert state(fold) is TaskState.RETRYING
    for number in (2, 3):
        fold.nowhere(["t1"], NOW + number * SETTLED, NOW + number * SETTLED)
    assert state(fold) is TaskState.UNKNOWN


def test_a_task_that_began_meanwhile_is_not_gone(running: Fold) -> None:
    for number in (2, 3):
        running.nowhere(["t1"], NOW + number * SETTLED, NOW + number * SETTLED)
    assert state(running) is TaskState.RUNNING


def test_tasks_of_an_earlier_run_are_lost_with_their_worker() -> None:
    before = Fold()
    before.hear(received())
    before.hear(event("started", clock=2))
    kept = {task.id: task for task in before.take_changed()}
    fold = Fold(kept.get)
    fold.adopt(kept.values())
    fold.worker_died(W, NOW + 60, "silent", comes_again=True)
    assert state(fold) is TaskState.LOST


def test_memory_is_bounded_and_older_tasks_are_loaded_when_more_is_heard() -> None:
    kept: dict[str, Task] = {}
    fold = Fold(kept.get)
    for number in range(REMEMBERED + 100):
        fold.hear(received(f"t{number}", number))
        kept.update((task.id, task) for task in fold.take_changed())
    assert len(fold._tasks) == REMEMBERED
    fold.hear(event("started", "t3", REMEMBERED + 101))
    changed = fold.take_changed()
    assert [(task.id, task.name, task.state) for task in changed] == [
        ("t3", "app.add", TaskState.RUNNING)
    ]
    assert [one.kind for one in changed[0].steps] == [Kind.RECEIVED, Kind.STARTED]
