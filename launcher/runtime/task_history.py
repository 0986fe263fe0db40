"""The tasks that were seen, on disk: a file of the launcher's own that survives its restart.

Owns the file, its bounds, and the questions that the list asks of it. One thread writes
(`task_history_keeper`), any may read. What a task is stands in `launcher.core.tasks`.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.core.tasks import Kind, Step, Task, TaskState

MOST_TASKS = 100_000
"""So many are kept; the oldest go first."""
MOST_BYTES = 256_000_000
"""The file is kept below about this size."""
MOST_TICKS = 1_000
"""Of the tasks that beat publishes again and again so many are kept, or they would be all."""
_PRUNE_EVERY = 500
_VERSION = 1

_SCHEMA = """
CREATE TABLE tasks (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL, state TEXT NOT NULL, worker TEXT NOT NULL, queue TEXT NOT NULL,
  args TEXT NOT NULL, kwargs TEXT NOT NULL,
  first_at REAL NOT NULL, last_at REAL NOT NULL, runtime REAL,
  attempt INTEGER NOT NULL, deaths INTEGER NOT NULL, eta TEXT NOT NULL, note TEXT NOT NULL,
  search TEXT NOT NULL, rest TEXT NOT NULL
);
CREATE INDEX tasks_by_state ON tasks (state, name, number);
CREATE INDEX tasks_by_name ON tasks (name, number);
"""
_COLUMNS = (
    "id, name, state, worker, queue, args, kwargs, first_at, last_at, runtime, attempt, deaths, "
    "eta, note, search, rest"
)
_ROW = (
    "number, id, name, state, worker, queue, args, kwargs, first_at, last_at, runtime, attempt, "
    "deaths, eta, note"
)
_MARKS = ", ".join("?" * len(_COLUMNS.split(",")))
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])
_UPSERT = (
    f"INSERT INTO tasks ({_COLUMNS}) VALUES ({_MARKS}) "  # noqa: S608 - made of constants
    f"ON CONFLICT (id) DO UPDATE SET {_CHANGES}"
)


class HistoryError(Exception):
    """The file cannot be written or read now; the message says why."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the list shows it. `number` rises with each task that is first heard of.

    `note` is the beginning of its result or exception; times as in `launcher.core.tasks`.
    """

    number: int
    id: str
    name: str
    state: TaskState
    worker: str
    queue: str
    args: str
    kwargs: str
    first_at: float
    last_at: float
    runtime: float | None
    attempt: int
    deaths: int
    eta: str
    note: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list asks for: some states (all when empty), words, and names to leave out."""

    states: frozenset[TaskState] = frozenset()
    words: str = ""
    without: frozenset[str] = frozenset()


class TaskHistory:
    """One file. A file that is damaged is put aside, and said by `note`, and begun anew."""

    def __init__(self, path: Path, note: str = "") -> None:
        self.note = note
        self._path = path
        self._lock = threading.Lock()
        self._since_prune = 0
        try:
            self._writer = self._open()
        except sqlite3.DatabaseError as error:
            aside = path.with_name(f"{path.name}.damaged")
            self.note = (
                f"The history of tasks was damaged ({error}) and is begun anew; see {aside}."
            )
            path.replace(aside)
            for beside in ("-wal", "-shm"):
                path.with_name(path.name + beside).unlink(missing_ok=True)
            self._writer = self._open()
        self._reader = self._connect()
        self._reader.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._reader.close()
        with contextlib.suppress(sqlite3.Error):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._writer.close()

    # -- writing, on one thread ----------------------------------------------------------------

    def save(self, tasks: Sequence[Task], ticks: frozenset[str] = frozenset()) -> None:
        """Write these tasks, in one transaction; `ticks` names those that beat publishes.

        Raises HistoryError, after which nothing of it is written.
        """
        if not tasks:
            return
        try:
            with self._writer:
                self._writer.executemany(_UPSERT, [_values(task) for task in tasks])
            self._since_prune += len(tasks)
            if self._since_prune >= _PRUNE_EVERY:
                self._since_prune = 0
                self.prune(ticks)
        except sqlite3.Error as error:
            raise HistoryError(f"The history of tasks cannot be written: {error}") from error

    def prune(self, ticks: frozenset[str] = frozenset(), most: int = MOST_TASKS) -> None:
        """Drop the oldest of what is too many."""
        with self._writer:
            for name in ticks:
                self._writer.execute(
                    "DELETE FROM tasks WHERE name = ?1 AND number <= (SELECT number FROM tasks "
                    "WHERE name = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
                    (name, MOST_TICKS),
                )
            count = self._writer.execute("SELECT count(*) FROM tasks").fetchone()[0]
            page_size = self._writer.execute("PRAGMA page_size").fetchone()[0]
            used = self._writer.execute("PRAGMA page_count").fetchone()[0]
            free = self._writer.execute("PRAGMA freelist_count").fetchone()[0]
            too_large = (used - free) * page_size > MOST_BYTES
            going = max(count - most, count // 10 if too_large else 0)
            if going > 0:
                self._writer.execute(
                    "DELETE FROM tasks WHERE number <= "
                    "(SELECT number FROM tasks ORDER BY number LIMIT 1 OFFSET ?)",
                    (going - 1,),
                )

    def load(self, task_id: str) -> Task | None:
        """A task as it was written last, asked by the thread that writes."""
        return _task(self._writer.execute(_LOAD, (task_id,)).fetchone())

    def forget(self) -> None:
        """Drop all. Raises HistoryError."""
        try:
            with self._writer:
                self._writer.execute("DELETE FROM tasks")
        except sqlite3.Error as error:
            raise HistoryError(f"The history of tasks cannot be emptied: {error}") from error

    # -- reading, on any thread ----------------------------------------------------------------

    def get(self, number: int) -> Task | None:
        """A task by its number in the list."""
        with self._reading() as reader:
            found = reader.execute("SELECT id FROM tasks WHERE number = ?", (number,)).fetchone()
            return _task(reader.execute(_LOAD, found).fetchone()) if found else None

    def number_of(self, task_id: str) -> int | None:
        """The number of a task."""
        with self._reading() as reader:
            found = reader.execute("SELECT number FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return int(found[0]) if found else None

    def rows(self, wanted: Wanted, below: int | None, limit: int) -> list[TaskRow]:
        """Up to `limit` tasks with numbers less than `below`, the newest first."""
        where, values = _where(wanted)
        if below is not None:
            where.append("number < ?")
            values.append(below)
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        asked = f"SELECT {_ROW} FROM tasks {clause} ORDER BY number DESC LIMIT ?"  # noqa: S608
        with self._reading() as reader:
            found = reader.execute(asked, (*values, limit)).fetchall()
        return [_row(values) for values in found]

    def counts(self, without: frozenset[str] = frozenset()) -> Mapping[TaskState, int]:
        """How many tasks are in each state."""
        where, values = _where(Wanted(without=without))
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        asked = f"SELECT state, count(*) FROM tasks {clause} GROUP BY state"  # noqa: S608
        with self._reading() as reader:
            found = reader.execute(asked, values).fetchall()
        return {TaskState(state): count for state, count in found}

    def in_states(self, states: Iterable[TaskState], limit: int) -> list[Task]:
        """The newest tasks in these states."""
        named = [*states]
        marks = ", ".join("?" * len(named))
        asked = (
            f"SELECT {_COLUMNS} FROM tasks WHERE state IN ({marks}) "  # noqa: S608 - marks alone
            "ORDER BY number DESC LIMIT ?"
        )
        with self._reading() as reader:
            found = reader.execute(asked, (*named, limit)).fetchall()
        return [task for row in found if (task := _task(row)) is not None]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._reader
            except sqlite3.Error as error:
                raise HistoryError(f"The history of tasks cannot be read: {error}") from error

    def _open(self) -> sqlite3.Connection:
        made = self._connect()
        try:
            made.execute("PRAGMA journal_mode = WAL")
            # What a power cut takes are the last moments of a list, and never the file.
            made.execute("PRAGMA synchronous = NORMAL")
            version = made.execute("PRAGMA user_version").fetchone()[0]
            if version != _VERSION:
                with made:
                    made.execute("DROP TABLE IF EXISTS tasks")
                    for statement in _SCHEMA.split(";"):
                        made.execute(statement)
                    made.execute(f"PRAGMA user_version = {_VERSION}")
            made.execute("SELECT count(*) FROM tasks").fetchone()
        except BaseException:
            made.close()
            raise
        return made

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=5, check_same_thread=False)


_LOAD = f"SELECT {_COLUMNS} FROM tasks WHERE id = ?"  # noqa: S608 - a constant


def _row(values: Sequence[Any]) -> TaskRow:
    number, task_id, name, state, *others = values
    return TaskRow(number, task_id, name, TaskState(state), *others)


def _where(wanted: Wanted) -> tuple[list[str], list[object]]:
    where: list[str] = []
    values: list[object] = []
    for column, names, word in (
        ("state", sorted(wanted.states), "IN"),
        ("name", sorted(wanted.without), "NOT IN"),
    ):
        if names:
            where.append(f"{column} {word} ({', '.join('?' * len(names))})")
            values += names
    for each in wanted.words.lower().split():
        where.append("search LIKE ? ESCAPE '\\'")
        plain = each.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        values.append(f"%{plain}%")
    return where, values


def _values(task: Task) -> tuple[object, ...]:
    note = (task.exception or task.result).partition("\n")[0][:200]
    rest = {
        "parent": task.parent,
        "root": task.root,
        "expires": task.expires,
        "result": task.result,
        "exception": task.exception,
        "traceback": task.traceback,
        "steps": [
            (s.kind, s.at, s.origin, s.clock, s.worker, s.attempt, s.eta, s.detail, s.runtime)
            for s in task.steps
        ],
    }
    seen = (task.name, task.id, task.args, task.kwargs, task.worker, task.queue, note)
    values = (
        *(task.id, task.name, task.state.value, task.worker, task.queue, task.args, task.kwargs),
        *(task.first_at, task.last_at, task.runtime, task.attempt, task.deaths, task.eta, note),
        *("\n".join(seen).lower(), json.dumps(rest, ensure_ascii=True)),
    )
    return tuple(_storable(value) if isinstance(value, str) else value for value in values)


def _storable(text: str) -> str:
    """SQLite takes no halves of surrogate pairs, which a result that is no UTF-8 may hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def _task(row: Sequence[object] | None) -> Task | None:
    if row is None:
        return None
    task_id, name, _state, _worker, queue, args, kwargs = (str(each) for each in row[:7])
    rest = json.loads(str(row[-1]))
    steps = tuple(Step(Kind(kind), *others) for kind, *others in rest.pop("steps"))
    return Task(task_id, name=name, args=args, kwargs=kwargs, queue=queue, steps=steps, **rest)
