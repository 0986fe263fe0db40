"""One look at workers, queues and beat: what events may have missed, and what they never tell."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.core.spec import ProbeKind, ServiceSpec
from launcher.core.tasks import QUEUED
from launcher.core.tasks_fold import SETTLED
from launcher.core.tasks_schedule import Entry, entries
from launcher.runtime.remote_control import Answer, RemoteControl
from launcher.runtime.task_history import TaskHistory

PING_SECONDS = 30.0
"""Between two questions to all workers: those that send no heartbeat are found by it alone."""
_LOOKED_FOR = 200
"""Waiting tasks whose messages are looked for at one look."""


@dataclass(frozen=True, slots=True)
class Look:
    """What workers answered, which waiting tasks have no message in any queue, beat's schedule."""

    asked_at: float
    at: float
    answers: tuple[Answer, ...]
    nowhere: tuple[str, ...]
    schedule: tuple[Entry, ...]


class Looker:
    """Asks, on one thread. `history` gives the tasks that were seen, None while there are none."""

    def __init__(
        self,
        control: RemoteControl,
        history: Callable[[], TaskHistory | None],
        specs: Callable[[], Mapping[str, ServiceSpec]],
    ) -> None:
        self._control = control
        self._history = history
        self._specs = specs
        self._pinged_at = 0.0

    def look(self, known: Iterable[str]) -> Look:
        """Ask the workers that are known, now and then all. Blocks for seconds at most.

        Raises ControlError and HistoryError.
        """
        asked_at = time.time()
        workers = {*known}
        if not 0 <= asked_at - self._pinged_at < PING_SECONDS:
            workers |= {*self._control.ping()}
            self._pinged_at = asked_at
        answers = tuple(self._control.look(sorted(workers)))
        nowhere = self._without_message(asked_at)
        # A worker that does not answer may have what is looked for.
        sure = {answer.view.name for answer in answers} >= workers
        schedule = read_schedule(self._specs())
        return Look(asked_at, time.time(), answers, nowhere if sure else (), schedule)

    def _without_message(self, asked_at: float) -> tuple[str, ...]:
        """Waiting tasks whose queue is empty."""
        history, of_queue = self._history(), defaultdict(list)
        if history is None:
            return ()
        for task in history.in_states(QUEUED, _LOOKED_FOR):
            if task.queue and not task.held and task.last_at < asked_at - SETTLED:
                of_queue[task.queue].append(task.id)
        depths = self._control.depths(of_queue) if of_queue else {}
        return tuple(
            task_id for name, ids in of_queue.items() if not depths[name] for task_id in ids
        )


def read_schedule(specs: Mapping[str, ServiceSpec]) -> tuple[Entry, ...]:
    """Beat's schedule as beat told it last; () while it has told none. Reads a small file."""
    for spec in specs.values():
        if spec.probe.kind is ProbeKind.TICK_FILE:
            try:
                return entries(json.loads(Path(spec.probe.target).read_bytes()))
            except (OSError, ValueError):
                return ()
    return ()
