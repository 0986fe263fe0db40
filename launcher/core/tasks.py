"""A task as it is known here: the steps that were heard of it, in order, and what they amount to.

Owns the order of steps and the state that follows from them. Where steps are heard (events, remote
control, a worker's end) is left to `tasks_fold`.

Order. Celery's clock (`clock` of an event) is a Lamport clock, but workers without gossip and
clients do not synchronise theirs: it orders the events of one process, and says nothing between
two. Between two processes counts what must come before what (an attempt's publishing before its
execution, an attempt before the next one), and after that the order of arrival. The wall clock
decides nothing, so clocks that differ cannot turn a task around.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


class Kind(enum.StrEnum):
    """One step. The first eight are Celery's events `task-…`, the others what was concluded."""

    SENT = "sent"
    RECEIVED = "received"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRIED = "retried"
    REVOKED = "revoked"
    REJECTED = "rejected"
    FOUND = "found"
    """A worker was asked and is executing it: its events were missed."""
    HELD = "held"
    """A worker was asked and has it in hand, not begun."""
    LOST = "lost"
    """Its worker died, or is not heard of any more, while it executed the task."""
    RETURNED = "returned"
    """Its worker died before it began: the broker gives the message to another one."""
    UNSEEN = "unseen"
    """Its worker does not have it any more and no word of its end has come."""
    GONE = "gone"
    """No queue and no worker has its message."""


class TaskState(enum.StrEnum):
    """Where a task is, as far as anybody here can know."""

    WAITING = "waiting"
    """In a queue of the broker."""
    RECEIVED = "received"
    """A worker has fetched it and not begun."""
    SCHEDULED = "scheduled"
    """Not before a set time."""
    RUNNING = "running"
    RETRYING = "retrying"
    """An attempt failed; another one comes."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVOKED = "revoked"
    REJECTED = "rejected"
    """The worker gave the message back to the broker for good: a dead letter."""
    LOST = "lost"
    """Its worker died, or went silent, in the middle of it."""
    UNKNOWN = "unknown"
    """It is over, and how it ended was not heard."""


ENDED = frozenset({TaskState.SUCCEEDED, TaskState.FAILED, TaskState.REVOKED, TaskState.REJECTED})
"""An end that was told."""
IN_HAND = frozenset(
    {TaskState.RECEIVED, TaskState.RUNNING, TaskState.SCHEDULED, TaskState.RETRYING}
)
"""A worker may have it (`Task.held` says whether one does)."""
QUEUED = frozenset({TaskState.WAITING, TaskState.SCHEDULED, TaskState.RETRYING})
"""A queue may have it, unless a worker does."""

_CONCLUDED = frozenset({Kind.FOUND, Kind.HELD, Kind.LOST, Kind.RETURNED, Kind.UNSEEN, Kind.GONE})
_HOLDING = frozenset({Kind.RECEIVED, Kind.HELD, Kind.STARTED, Kind.FOUND})
FIRST_STEPS, LAST_STEPS = 10, 40
"""So many are kept of a task that has more, as one that is retried for ever."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a task.

    `at` is in seconds since the epoch on this machine's clock. `origin` names the process that told
    of it, "" where it was concluded here; `clock` is that process' Celery clock. `attempt` counts
    from 0, None where the step does not say. `eta` is the time before which it is not begun.
    """

    kind: Kind
    at: float
    origin: str = ""
    clock: int | None = None
    worker: str = ""
    attempt: int | None = None
    eta: str = ""
    detail: str = ""
    runtime: float | None = None

    @property
    def concluded(self) -> bool:
        """Whether nobody told of it: it was concluded here."""
        return self.kind in _CONCLUDED


@dataclass(frozen=True, slots=True)
class Task:
    """One task, by its id. `args` and `kwargs` are Celery's shortened `repr` of them.

    `result` is that of a success, `exception` and `traceback` those of the last failed attempt.
    """

    id: str
    name: str = ""
    args: str = ""
    kwargs: str = ""
    queue: str = ""
    parent: str = ""
    root: str = ""
    expires: str = ""
    result: str = ""
    exception: str = ""
    traceback: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def state(self) -> TaskState:
        """What the steps amount to: the last one says it."""
        return _STATES[self.steps[-1].kind](self) if self.steps else TaskState.WAITING

    @property
    def worker(self) -> str:
        """The node name of the worker that had it last, "" before the first one."""
        return next((step.worker for step in reversed(self.steps) if step.worker), "")

    @property
    def first_at(self) -> float:
        """When it was first heard of."""
        return min((step.at for step in self.steps), default=0.0)

    @property
    def last_at(self) -> float:
        """When its last step was."""
        return self.steps[-1].at if self.steps else 0.0

    @property
    def attempt(self) -> int:
        """Which attempt it is at, counted from 0."""
        return attempts(self.steps)[-1] if self.steps else 0

    @property
    def eta(self) -> str:
        """The time before which it is not begun, as Celery writes it; "" for at once."""
        for step in reversed(self.steps):
            if step.kind in (Kind.STARTED, Kind.FOUND):
                return ""
            if step.eta:
                return step.eta
        return ""

    @property
    def held(self) -> bool:
        """Whether a worker has it in hand: begun, or fetched and kept for its time."""
        return bool(self.steps) and self.steps[-1].kind in _HOLDING

    @property
    def runtime(self) -> float | None:
        """Seconds that the successful attempt took, None where it was not told."""
        last = self.steps[-1] if self.steps else None
        return last.runtime if last is not None and last.kind is Kind.SUCCEEDED else None

    @property
    def deaths(self) -> int:
        """How often a worker died with it."""
        return sum(step.kind in (Kind.LOST, Kind.RETURNED) for step in self.steps)

    def after(self, step: Step) -> Task:
        """The task with one step more, at its place; itself when the step is known already."""
        last = self.steps[-1] if self.steps else None
        if last is not None and _follows(last, step):
            return replace(self, steps=_bounded((*self.steps, step)))
        if _known(self.steps, step):
            return self
        return replace(self, steps=_bounded(_with(self.steps, step)))


def _bounded(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if len(steps) <= FIRST_STEPS + LAST_STEPS:
        return steps
    return (*steps[:FIRST_STEPS], *steps[-LAST_STEPS:])


def _follows(last: Step, new: Step) -> bool:
    """Whether the last step's process tells this one next, as mostly: then it is the last now."""
    return (
        last.origin == new.origin
        and new.kind is not Kind.SENT
        and last.clock is not None
        and new.clock is not None
        and last.clock < new.clock
        and new.attempt is None
    )


def _pending(task: Task) -> TaskState:
    if attempts(task.steps)[-1] > 0:
        return TaskState.RETRYING
    return TaskState.SCHEDULED if task.eta else TaskState.WAITING


def _in_hand(task: Task) -> TaskState:
    if not task.eta:
        return TaskState.RECEIVED
    return TaskState.RETRYING if attempts(task.steps)[-1] > 0 else TaskState.SCHEDULED


def _rejected(task: Task) -> TaskState:
    return TaskState.WAITING if task.steps[-1].detail else TaskState.REJECTED


_STATES: dict[Kind, Callable[[Task], TaskState]] = {
    Kind.SENT: _pending,
    Kind.RECEIVED: _in_hand,
    Kind.HELD: _in_hand,
    Kind.RETURNED: lambda _task: TaskState.WAITING,
    Kind.STARTED: lambda _task: TaskState.RUNNING,
    Kind.FOUND: lambda _task: TaskState.RUNNING,
    Kind.SUCCEEDED: lambda _task: TaskState.SUCCEEDED,
    Kind.FAILED: lambda _task: TaskState.FAILED,
    Kind.RETRIED: lambda _task: TaskState.RETRYING,
    Kind.REVOKED: lambda _task: TaskState.REVOKED,
    Kind.REJECTED: _rejected,
    Kind.LOST: lambda _task: TaskState.LOST,
    Kind.UNSEEN: lambda _task: TaskState.UNKNOWN,
    Kind.GONE: lambda _task: TaskState.UNKNOWN,
}


def attempts(steps: Sequence[Step]) -> list[int]:
    """The attempt that each step belongs to: its own word, else that of its process before it."""
    found: list[int] = []
    latest = 0
    of_origin: dict[str, int] = {}
    for step in steps:
        number = step.attempt
        if number is None:
            number = of_origin.get(step.origin, latest) if step.origin else latest
        latest = max(latest, number)
        of_origin[step.origin] = number
        found.append(number)
    return found


def _known(steps: Sequence[Step], new: Step) -> bool:
    return not new.concluded and any(
        step.kind is new.kind and step.origin == new.origin and step.clock == new.clock
        for step in steps
    )


def _with(steps: tuple[Step, ...], new: Step) -> tuple[Step, ...]:
    """The steps with one more. What was published finds its place anew each time: which attempt an
    execution belongs to may have become known only now."""
    executed = tuple(step for step in steps if step.kind is not Kind.SENT)
    published = [step for step in steps if step.kind is Kind.SENT]
    if new.kind is Kind.SENT:
        published.append(new)
        published.sort(key=lambda step: step.attempt or 0)
    else:
        executed = _put(executed, new)
    for step in published:
        executed = _put(executed, step)
    return executed


def _put(steps: tuple[Step, ...], new: Step) -> tuple[Step, ...]:
    place = _place(steps, new)
    return (*steps[:place], new, *steps[place:])


def _place(steps: Sequence[Step], new: Step) -> int:
    """Where a step belongs; see the order above."""
    if new.concluded:
        return len(steps)
    low, mine = 0, new.attempt
    numbers = attempts(steps)
    for index, step in enumerate(steps):
        if step.origin != new.origin or step.clock is None or new.clock is None:
            continue
        if step.clock < new.clock:
            low = index + 1
            mine = numbers[index] if new.attempt is None else mine
    for index in range(low, len(steps)):
        step, number = steps[index], numbers[index]
        later = (
            step.origin == new.origin
            and step.clock is not None
            and new.clock is not None
            and step.clock > new.clock
        )
        next_attempt = mine is not None and number > mine
        executed = (
            new.kind is Kind.SENT
            and step.kind is not Kind.SENT
            and number >= (0 if new.attempt is None else new.attempt)
        )
        if later or next_attempt or executed:
            return index
    return len(steps)
