"""Folds what is heard into tasks: Celery's events, what workers answer, workers that die.

Pure: events and answers go in as data, tasks come out. Holds the tasks that were touched last;
older ones are fetched by `load` from wherever they are kept. All times are seconds since the epoch
on this machine's clock.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from launcher.core.tasks import ENDED, IN_HAND, QUEUED, Kind, Step, Task, TaskState

Load = Callable[[str], Task | None]

REMEMBERED = 5_000
"""Tasks held in memory."""
LONGEST_TEXT = 16_384
"""Characters of a result, exception or arguments that are kept; of a traceback four times as many.
The end of what is longer is cut off, and that is said."""
SETTLED = 5.0
"""Seconds after its last step before an answer that does not name a task is believed: events are
sent in groups and travel on another connection than answers."""

_TELLS = {
    "task-sent": Kind.SENT,
    "task-received": Kind.RECEIVED,
    "task-started": Kind.STARTED,
    "task-succeeded": Kind.SUCCEEDED,
    "task-failed": Kind.FAILED,
    "task-retried": Kind.RETRIED,
    "task-revoked": Kind.REVOKED,
    "task-rejected": Kind.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Holding:
    """What one worker answered: the tasks it has in hand, by id, with what it said of each."""

    worker: str
    active: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    waiting: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Reserved, or scheduled for later."""


class Fold:
    """Every task that was touched lately, and which of them a worker has in hand."""

    def __init__(self, load: Load = lambda _id: None) -> None:
        self._load = load
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._in_hand: dict[str, set[str]] = {}
        self._changed: dict[str, Task] = {}
        self._missing: set[str] = set()

    def get(self, task_id: str) -> Task | None:
        """A task by its id."""
        found = self._tasks.get(task_id) or self._changed.get(task_id)
        return found or self._load(task_id)

    def take_changed(self) -> list[Task]:
        """Those that changed since the last call, each once, in the order of their first change."""
        changed, self._changed = self._changed, {}
        return [*changed.values()]

    def adopt(self, tasks: Iterable[Task]) -> None:
        """Take in tasks of an earlier run that a worker had in hand when it ended."""
        for task in tasks:
            self._remember(task)

    @property
    def in_hand(self) -> Mapping[str, frozenset[str]]:
        """The ids of the tasks that each worker has in hand, as far as is known."""
        return {worker: frozenset(ids) for worker, ids in self._in_hand.items() if ids}

    def hear(self, event: Mapping[str, Any]) -> bool:
        """Take in one event of Celery, with `at` beside it; False when it is about no task."""
        kind, task_id = _TELLS.get(str(event.get("type"))), event.get("uuid")
        if kind is None or not isinstance(task_id, str) or not task_id:
            return False
        task = self.get(task_id) or Task(task_id)
        changed = _told(task, kind, event).after(_step(kind, event))
        if changed is not task:
            self._put(changed)
        return True

    def worker_died(self, worker: str, at: float, words: str, *, comes_again: bool) -> int:
        """A worker ended, or is silent: what it executed is lost, what it only held comes again.

        `comes_again` says whether the broker brings a message again that was not acknowledged.
        Returns how many tasks are lost.
        """
        lost = 0
        for task in [*self._held_by(worker)]:
            begun = task.state is TaskState.RUNNING or not comes_again
            lost += begun
            kind = Kind.LOST if begun else Kind.RETURNED
            self._put(task.after(Step(kind, at, worker=worker, detail=words)))
        return lost

    def answered(self, holding: Holding, asked_at: float, now: float) -> None:
        """Compare with what a worker says that it has; `asked_at` is when it was asked.

        What it has and nobody told is taken in. What it should have and does not is over: that is
        believed when two answers agree and nothing was heard of the task in between.
        """
        for kind, named in ((Kind.FOUND, holding.active), (Kind.HELD, holding.waiting)):
            for task_id, info in named.items():
                self._missing.discard(task_id)
                self._found(kind, task_id, info, holding.worker, now)
        for task in [*self._held_by(holding.worker)]:
            named_now = task.id in holding.active or task.id in holding.waiting
            if named_now or task.last_at > asked_at - SETTLED:
                self._missing.discard(task.id)
            elif task.id in self._missing:
                words = "The worker has it no more, and its end was not heard."
                self._put(task.after(Step(Kind.UNSEEN, now, worker=holding.worker, detail=words)))
            else:
                self._missing.add(task.id)

    def nowhere(self, task_ids: Iterable[str], asked_at: float, now: float) -> None:
        """Their queue is empty and no worker has them: gone, once two looks agree."""
        for task_id in task_ids:
            task = self.get(task_id)
            waits = task is not None and task.state in QUEUED and not task.held
            if task is None or not waits or task.last_at > asked_at - SETTLED:
                self._missing.discard(task_id)
            elif task_id in self._missing:
                words = "No queue and no worker has its message: purged, expired, or taken unseen."
                self._put(task.after(Step(Kind.GONE, now, detail=words)))
            else:
                self._missing.add(task_id)

    def _found(
        self, kind: Kind, task_id: str, info: Mapping[str, Any], worker: str, now: float
    ) -> None:
        task = self.get(task_id) or Task(task_id)
        state = task.state if task.steps else None
        as_known = state is (TaskState.RUNNING if kind is Kind.FOUND else TaskState.RECEIVED)
        waits = kind is Kind.HELD and state in IN_HAND
        if state in ENDED or ((as_known or waits) and task.worker == worker):
            return
        if task.steps and task.last_at > now - SETTLED and state is not None:
            return  # its events are on their way
        self._put(_described(task, info).after(Step(kind, now, worker=worker)))

    def _held_by(self, worker: str) -> Iterator[Task]:
        for task_id in self._in_hand.get(worker, ()):
            task = self.get(task_id)
            if task is not None:
                yield task

    def _put(self, task: Task) -> None:
        self._missing.discard(task.id)
        self._changed[task.id] = task
        self._remember(task)

    def _remember(self, task: Task) -> None:
        before = self._tasks.pop(task.id, None)
        if before is not None:
            self._in_hand.get(before.worker, set()).discard(task.id)
        self._tasks[task.id] = task
        if task.worker and task.held:
            self._in_hand.setdefault(task.worker, set()).add(task.id)
        while len(self._tasks) > REMEMBERED:
            self._tasks.popitem(last=False)


def _told(task: Task, kind: Kind, event: Mapping[str, Any]) -> Task:
    """The task with what this event says of it."""
    said: dict[str, Any] = {}
    for own, theirs in (
        ("name", "name"),
        ("args", "args"),
        ("kwargs", "kwargs"),
        ("queue", "queue"),
        ("parent", "parent_id"),
        ("root", "root_id"),
        ("expires", "expires"),
    ):
        if event.get(theirs):
            said[own] = shortened(event[theirs])
    if kind is Kind.SUCCEEDED:
        said["result"] = shortened(event.get("result", ""))
    if kind in (Kind.FAILED, Kind.RETRIED):
        said["exception"] = shortened(event.get("exception", ""))
        said["traceback"] = shortened(event.get("traceback", ""), 4 * LONGEST_TEXT)
    changes = {name: value for name, value in said.items() if getattr(task, name) != value}
    return replace(task, **changes) if changes else task


def _described(task: Task, info: Mapping[str, Any]) -> Task:
    """The task with what a worker's answer says of it, where nothing was known."""
    route = info.get("delivery_info")
    said = {
        "name": info.get("name"),
        "args": info.get("args"),
        "kwargs": info.get("kwargs"),
        "queue": route.get("routing_key") if isinstance(route, Mapping) else None,
    }
    new: dict[str, Any] = {n: shortened(v) for n, v in said.items() if v and not getattr(task, n)}
    return replace(task, **new) if new else task


def _step(kind: Kind, event: Mapping[str, Any]) -> Step:
    host, pid, clock = str(event.get("hostname", "")), event.get("pid", ""), event.get("clock")
    retries, runtime, eta = event.get("retries"), event.get("runtime"), event.get("eta")
    return Step(
        kind,
        at=_number(event.get("at")) or _number(event.get("timestamp")) or 0.0,
        origin=f"{host}/{pid}",
        clock=clock if isinstance(clock, int) else None,
        worker="" if kind is Kind.SENT else host,
        attempt=retries if isinstance(retries, int) and kind in _NUMBERED else None,
        eta=str(eta) if eta and kind in _NUMBERED else "",
        detail=_detail(kind, event),
        runtime=_number(runtime),
    )


_NUMBERED = frozenset({Kind.SENT, Kind.RECEIVED})


def _detail(kind: Kind, event: Mapping[str, Any]) -> str:
    match kind:
        case Kind.SENT | Kind.RECEIVED if event.get("queue"):
            return f"queue {event['queue']}"
        case Kind.FAILED | Kind.RETRIED:
            return shortened(event.get("exception", ""), 400)
        case Kind.REVOKED:
            if event.get("expired"):
                return "it had expired"
            return "ended while it ran" if event.get("terminated") else "taken back"
        case Kind.REJECTED if event.get("requeue"):
            return "back to its queue"
    return ""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def shortened(value: object, limit: int = LONGEST_TEXT) -> str:
    """A text of bounded length; says how much was cut off."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n… and {len(text) - limit:,} more characters"
