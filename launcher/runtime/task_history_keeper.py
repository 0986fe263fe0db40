"""Follows the tasks of a run from its first ready worker to its end, and keeps their history.

One thread folds what is heard into tasks and writes them; another asks workers and broker now and
then, since events can be missed. Nothing of it begins before a worker is ready: until then there is
nobody to be heard, and the start of the services needs the processors.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from launcher.core.spec import ProbeKind, ServiceSpec
from launcher.core.state import ServiceStatus
from launcher.core.tasks import IN_HAND, TaskState
from launcher.core.tasks_fold import Fold
from launcher.core.tasks_schedule import Entry
from launcher.core.tasks_workers import Heard, WorkerView
from launcher.runtime.celery_events import CeleryEvents, Event, EventsState
from launcher.runtime.remote_control import ControlError, RemoteControl
from launcher.runtime.task_history import HistoryError, TaskHistory
from launcher.runtime.task_history_looks import Look, Looker, read_schedule

SAVE_SECONDS = 0.25
"""What is heard within so long is written together."""
LOOK_SECONDS = 2.0
"""Between two looks at workers and broker while somebody watches."""
LOOK_SELDOM_SECONDS = 30.0
"""The same while nobody does, and there is something to look for."""
_MOST_WAITING = 1_000
"""Batches that wait to be folded; more are dropped, and a look finds what they told."""
_ADOPTED = 5_000
_CLOSE_SECONDS = 5.0


_NOT_LISTENING = EventsState(connected=False)


@dataclass(frozen=True, slots=True)
class Following:
    """How following stands. `events` is how the listening does, `schedule` what beat told last.

    `trouble` says why workers cannot be asked, `history` why nothing is written, "" while all is
    well. `version` rises with each save.
    """

    begun: bool = False
    events: EventsState = _NOT_LISTENING
    workers: tuple[WorkerView, ...] = ()
    schedule: tuple[Entry, ...] = ()
    trouble: str = ""
    history: str = ""
    version: int = 0


class TaskKeeper:
    """One run's tasks. Methods return at once unless they say otherwise."""

    def __init__(
        self,
        path: Path,
        events: CeleryEvents,
        control: RemoteControl,
        specs: Callable[[], Mapping[str, ServiceSpec]],
        note: Callable[[str], None],
        *,
        comes_again: bool,
    ) -> None:
        """`path` is the history's file; `comes_again` says whether the broker brings a message
        again whose worker died."""
        self.control = control
        self._path = path
        self._events = events
        self._specs = specs
        self._note = note
        self._comes_again = comes_again
        self._inbox: queue.Queue[Callable[[], None]] = queue.Queue(_MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._leaving = threading.Event()
        self._look_now = threading.Event()
        self._ours: Mapping[str, tuple[str, int]] = {}
        self._following = Following()
        self._watched = 0
        self._said_unexpected = False
        self._history: TaskHistory | None = None
        self._fold = Fold()
        self._heard = Heard()
        self._looker = Looker(control, lambda: self._history, specs)

    # -- for whoever shows it ------------------------------------------------------------------

    @property
    def following(self) -> Following:
        """How it stands."""
        return self._following

    @property
    def history(self) -> TaskHistory | None:
        """The tasks that were seen; None before the first worker was ready, and after the end."""
        return self._history

    def watch(self, *, on: bool) -> None:
        """Somebody looks, or no longer does: workers are asked every few seconds meanwhile."""
        with self._lock:
            self._watched += 1 if on else -1
        self._look_now.set()

    def look(self) -> None:
        """Ask workers and broker now, as after something was changed."""
        self._look_now.set()

    # -- life ----------------------------------------------------------------------------------

    def observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """A `StatusObserver`: begins with the first ready worker, and sees workers of ours end."""
        for name, spec in self._specs().items():
            status = statuses.get(name)
            if spec.probe.kind is not ProbeKind.WORKER_PING or status is None:
                continue
            if status.satisfies:
                self.begin()
            node, generation = self._ours.get(name, ("", 0))
            if node and (not status.alive or status.generation != generation):
                ended = status.last_exit.words if status.last_exit else "has ended"
                self._post(partial(self._worker_died, node, f"{spec.title} {ended}."))
            # Another dict each time: the thread that looks reads it.
            others = {each: known for each, known in self._ours.items() if each != name}
            alive = {name: (spec.probe.identity, status.generation)} if status.alive else {}
            self._ours = {**others, **alive}

    def begin(self) -> None:
        """Follow from now on; only the first call does anything."""
        with self._lock:
            if self._thread is not None or self._leaving.is_set():
                return
            self._thread = threading.Thread(target=self._run, name="tasks", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def file_closed(self) -> Iterator[None]:
        """For a while the file is not open, so that it can be removed; then it is begun anew."""
        closed, again = threading.Event(), threading.Event()

        def pause() -> None:
            self._save()
            self._close_file()
            closed.set()
            again.wait()
            self._open()

        self._post(pause)
        if self._thread is not None and self._thread.is_alive():
            closed.wait(_CLOSE_SECONDS)
        try:
            yield
        finally:
            again.set()

    def close(self) -> None:
        """Write what was heard and let go. Waits for a moment."""
        self._leaving.set()
        self._look_now.set()
        self._post(lambda: None)
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)
        self.control.close()

    # -- the thread that folds -----------------------------------------------------------------

    def _run(self) -> None:
        if not self._open():
            return
        leave = self._events.subscribe(self._take, self._take_state)
        looker = threading.Thread(target=self._looks, name="tasks-look", daemon=True)
        looker.start()
        while not self._leaving.is_set():
            self._work(SAVE_SECONDS)
        leave()
        # A look that is under way may wait for workers that have gone by now: it is not awaited.
        self._work(0)
        self._close_file()

    def _open(self) -> bool:
        try:
            history = TaskHistory(self._path)
        except (sqlite3.Error, OSError) as error:
            self._note(f"WARNING the history of tasks cannot be opened: {error}")
            self._say(history=f"The history of tasks cannot be opened: {error}")
            return False
        if history.note:
            self._note(f"WARNING {history.note}")
        held = history.in_states(IN_HAND, _ADOPTED)
        self._fold = Fold(history.load)
        self._fold.adopt(held)
        self._heard.expect({task.worker for task in held if task.worker}, time.time())
        self._history = history
        self._say(begun=True, history="", schedule=read_schedule(self._specs()))
        return True

    def _close_file(self) -> None:
        history, self._history = self._history, None
        if history is not None:
            history.close()

    def _work(self, seconds: float) -> None:
        """Take in what comes within some time, then write it."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            try:
                task = self._inbox.get(timeout=left) if left > 0 else self._inbox.get_nowait()
            except queue.Empty:
                break
            self._guarded(task)
            if self._leaving.is_set():
                until = 0
        if self._following.events.connected:
            # Of ours the process is known: one that is silent may execute a long task.
            ours = {node for node, _ in self._ours.values()}
            for worker in {*self._heard.silent(time.time())} - ours:
                self._worker_died(worker, "It has not been heard of for over a minute.")
        self._save()

    def _save(self) -> None:
        history, changed = self._history, self._fold.take_changed()
        if not changed or history is None:
            return
        try:
            history.save(changed, frozenset(entry.task for entry in self._following.schedule))
        except HistoryError as error:
            if not self._following.history:
                self._note(f"WARNING {error}")
            self._say(history=str(error))
            return
        self._say(history="", version=self._following.version + 1)

    def _take(self, batch: list[Event]) -> None:
        """On the thread that receives."""
        self._post(partial(self._fold_events, batch))

    def _take_state(self, state: EventsState) -> None:
        """On the thread that receives."""
        self._post(partial(self._events_stand, state))

    def _fold_events(self, batch: list[Event]) -> None:
        for event in batch:
            self._fold.hear(event)
            gone = self._heard.hear(event)
            if gone:
                self._worker_died(gone, "It said goodbye.")

    def _events_stand(self, state: EventsState) -> None:
        before = self._following.events
        self._say(events=state)
        if state.connected and not before.connected:
            self._heard.listen_anew(time.time())
            self._look_now.set()

    def _worker_died(self, worker: str, words: str) -> None:
        self._heard.forget(worker)
        self._fold.worker_died(worker, time.time(), words, comes_again=self._comes_again)

    def _post(self, work: Callable[[], None]) -> None:
        if self._thread is None:
            return
        try:
            self._inbox.put_nowait(work)
        except queue.Full:
            self._look_now.set()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Nothing that nobody expected ends the following; it is told in full once."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - noted below
            if not self._said_unexpected:
                self._said_unexpected = True
                self._note("ERROR unexpected while tasks were followed, which goes on:")
                self._note("".join(traceback.format_exception(error)).rstrip())

    def _say(self, **changes: object) -> None:
        with self._lock:
            self._following = replace(self._following, **changes)  # type: ignore[arg-type]

    # -- the thread that looks -----------------------------------------------------------------

    def _looks(self) -> None:
        while not self._leaving.is_set():
            watched = self._watched > 0
            self._look_now.wait(LOOK_SECONDS if watched else LOOK_SELDOM_SECONDS)
            self._look_now.clear()
            if self._leaving.is_set():
                return
            if self._following.events.connected and (self._watched or self._in_doubt()):
                self._guarded(self._look_once)

    def _in_doubt(self) -> bool:
        history = self._history
        states = (TaskState.WAITING, *IN_HAND)
        return history is not None and any(history.counts().get(state) for state in states)

    def _look_once(self) -> None:
        known = {*self._heard.present, *(node for node, _ in self._ours.values())}
        try:
            found = self._looker.look(known)
        except (ControlError, HistoryError) as error:
            self._say(trouble=str(error))
            return
        views = tuple(answer.view for answer in found.answers)
        self._say(trouble="", workers=views, schedule=found.schedule)
        self._post(partial(self._compare, found))

    def _compare(self, look: Look) -> None:
        for answer in look.answers:
            self._heard.answered(answer.view.name, look.at)
            self._fold.answered(answer.holding, look.asked_at, look.at)
        self._fold.nowhere(look.nowhere, look.asked_at, look.at)
