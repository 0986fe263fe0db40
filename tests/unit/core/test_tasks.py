"""The order of a task's steps and the state that follows from it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.tasks import FIRST_STEPS, LAST_STEPS, Kind, Step, Task, TaskState

A, B = "a@host/1", "b@host/2"


def step(kind: Kind, clock: int | None = None, origin: str = A, **more: Any) -> Step:
    worker = "" if kind is Kind.SENT else origin.partition("/")[0]
    return Step(kind, at=more.pop("at", 100.0), origin=origin, clock=clock, worker=worker, **more)


SENT = step(Kind.SENT, 7, "publisher/9", attempt=0)
RECEIVED = step(Kind.RECEIVED, 1, attempt=0)
STARTED = step(Kind.STARTED, 2)
SUCCEEDED = step(Kind.SUCCEEDED, 3, runtime=0.2)
RETRIED = step(Kind.RETRIED, 3)
SENT_AGAIN = step(Kind.SENT, 8, "publisher/1", attempt=1)


def heard(*steps: Step) -> Task:
    task = Task("id")
    for one in steps:
        task = task.after(one)
    return task


def kinds(task: Task) -> list[Kind]:
    return [one.kind for one in task.steps]


@pytest.mark.parametrize("order", [*permutations((SENT, RECEIVED, STARTED, SUCCEEDED))])
def test_four_events_in_any_order_of_arrival_tell_the_same_story(order: tuple[Step, ...]) -> None:
    task = heard(*order)
    assert kinds(task) == [Kind.SENT, Kind.RECEIVED, Kind.STARTED, Kind.SUCCEEDED]
    assert task.state is TaskState.SUCCEEDED
    assert task.runtime == 0.2


def test_the_wall_clock_turns_nothing_around() -> None:
    late = Step(Kind.SENT, at=9_999.0, origin="publisher/9", clock=7, attempt=0)
    task = heard(late, RECEIVED, STARTED, SUCCEEDED)
    assert task.state is TaskState.SUCCEEDED
    assert task.first_at == 100.0


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((SENT,), TaskState.WAITING),
        ((step(Kind.SENT, 1, attempt=0, eta="2030-01-01T00:00:00"),), TaskState.SCHEDULED),
        ((RECEIVED,), TaskState.RECEIVED),
        ((step(Kind.RECEIVED, 1, attempt=0, eta="2030-01-01T00:00:00"),), TaskState.SCHEDULED),
        ((STARTED,), TaskState.RUNNING),
        ((RECEIVED, STARTED, RETRIED), TaskState.RETRYING),
        ((RECEIVED, STARTED, RETRIED, SENT_AGAIN), TaskState.RETRYING),
        ((step(Kind.FAILED, 3),), TaskState.FAILED),
        ((step(Kind.REVOKED, 3),), TaskState.REVOKED),
        ((step(Kind.REJECTED, 3),), TaskState.REJECTED),
        ((step(Kind.REJECTED, 3, detail="back to its queue"),), TaskState.WAITING),
        ((STARTED, Step(Kind.LOST, 101.0, worker="a@host")), TaskState.LOST),
        ((RECEIVED, Step(Kind.RETURNED, 101.0, worker="a@host")), TaskState.WAITING),
        ((STARTED, Step(Kind.UNSEEN, 101.0)), TaskState.UNKNOWN),
        ((SENT, Step(Kind.GONE, 101.0)), TaskState.UNKNOWN),
    ],
)
def test_the_last_step_says_the_state(steps: tuple[Step, ...], state: TaskState) -> None:
    assert heard(*steps).state is state


RETRY_STORY = (
    SENT,
    RECEIVED,
    STARTED,
    RETRIED,
    SENT_AGAIN,
    step(Kind.RECEIVED, 4, attempt=1),
    step(Kind.STARTED, 5),
    step(Kind.SUCCEEDED, 6),
)


@given(st.permutations(RETRY_STORY))
def test_a_retried_task_ends_in_its_last_attempt_however_its_events_arrive(
    order: list[Step],
) -> None:
    task = heard(*order)
    assert task.state is TaskState.SUCCEEDED
    assert [one for one in task.steps if one.origin == A] == [
        one for one in RETRY_STORY if one.origin == A
    ]


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=25, unique=True),
    st.lists(st.sampled_from([Kind.RECEIVED, Kind.STARTED, Kind.RETRIED]), min_size=25),
)
def test_steps_of_one_process_always_stand_in_the_order_of_its_clock(
    clocks: list[int], of_kind: list[Kind]
) -> None:
    task = heard(*(step(kind, clock) for clock, kind in zip(clocks, of_kind, strict=False)))
    assert [one.clock for one in task.steps] == sorted(clocks)


def test_a_retry_by_another_worker_is_not_undone_by_the_late_word_of_the_first() -> None:
    on_b = (step(Kind.RECEIVED, 900, B, attempt=1), step(Kind.STARTED, 901, B))
    task = heard(SENT, RECEIVED, STARTED, *on_b, RETRIED)
    assert task.state is TaskState.RUNNING
    assert task.worker == "b@host"
    assert kinds(task).index(Kind.RETRIED) < kinds(task).index(Kind.RECEIVED) + 3


def test_a_redelivered_task_runs_again_though_the_other_workers_clock_is_behind() -> None:
    lost = Step(Kind.LOST, 101.0, worker="a@host")
    far_ahead = (step(Kind.RECEIVED, 5_000, attempt=0), step(Kind.STARTED, 5_001))
    again = (step(Kind.RECEIVED, 3, B, attempt=0), step(Kind.STARTED, 4, B))
    task = heard(SENT, *far_ahead, lost, *again)
    assert task.state is TaskState.RUNNING
    assert task.deaths == 1


def test_the_success_of_a_worker_that_was_given_up_counts() -> None:
    task = heard(RECEIVED, STARTED, Step(Kind.LOST, 101.0, worker="a@host"), SUCCEEDED)
    assert task.state is TaskState.SUCCEEDED


def test_an_event_that_comes_twice_is_one_step() -> None:
    task = heard(SENT, RECEIVED)
    assert task.after(RECEIVED) is task


def test_a_task_that_is_retried_for_ever_keeps_its_beginning_and_its_end() -> None:
    task = heard(SENT, *(step(Kind.RETRIED, clock) for clock in range(500)))
    assert len(task.steps) == FIRST_STEPS + LAST_STEPS
    assert task.steps[0] is SENT
    assert task.steps[-1].clock == 499
