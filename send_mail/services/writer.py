"""The one place where a worker writes: changes of a few milliseconds share one transaction.

A commit waits for the disk, and under a green pool everybody waits with it. So whoever has
something to write gets in line (``grouping``); the first one waits for a moment, writes what has
come together on a connection of the writer's own, and each is told its own result once it is
committed. Alone in its process, as on the solo pool, a change is written at once by its caller.

Another process' lock is met with a short green wait instead of SQLite's busy handler, which would
stop every greenlet. See docs/decisions/0013-grouping-writer.md.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from send_mail.services.grouping import Grouping

GATHER_SECONDS = 0.003
LOCKED_SECONDS = 20.0  # as long as Django waits everywhere else
LARGEST_GROUP = 200

Asked = TypeVar("Asked")
Result = TypeVar("Result")
Kind = Callable[[Sequence[Any]], Sequence[Any]]


class Writer:
    """Writes changes in groups; safe for threads and greenlets.

    *crowded* says whether others of this process may have something to write soon.
    """

    def __init__(self, crowded: Callable[[], bool] = lambda: True) -> None:
        self._crowded = crowded
        self._line: Grouping[tuple[Kind, Any], tuple[Any]] = Grouping(
            self._all_or_each, LARGEST_GROUP, self._gather
        )
        self._connection: BaseDatabaseWrapper | None = None

    def ask(self, kind: Callable[[Sequence[Asked]], Sequence[Result]], asked: Asked) -> Result:
        """Have *kind* called with *asked* and all that is asked of it meanwhile.

        Returns its result for *asked* once that is committed. *kind* uses Django's default
        connection, in whatever way, and may be called twice with the same, when its group could
        not be committed. What it raises for *asked* alone is raised here and undoes nothing else.
        """
        result: Result = self._line.ask((kind, asked))[0]
        return result

    def write(self, change: Callable[[], Result]) -> Result:
        """Run *change* in a transaction that is committed when this returns; return its result."""
        result: Result = self.ask(_run_each, change)
        return result

    def close(self) -> None:
        """Close the connection; the next change opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _gather(self) -> None:
        if self._crowded():
            _wait(GATHER_SECONDS)

    def _all_or_each(self, group: Sequence[tuple[Kind, Any]]) -> Sequence[tuple[Any] | Exception]:
        try:
            return self._commit(group)
        except Exception as error:  # noqa: BLE001 - told to the one who caused it
            if len(group) == 1:
                return [error]
        return [self._all_or_each([one])[0] for one in group]

    def _commit(self, group: Sequence[tuple[Kind, Any]]) -> list[tuple[Any]]:
        """Write *group* in one transaction; waits greenly while another process has the lock."""
        deadline = time.monotonic() + LOCKED_SECONDS
        while True:
            try:
                with self._bound(), transaction.atomic():
                    return _carry_out(group)
            except OperationalError as error:
                if not is_lock(error):
                    self.close()
                    raise
                if time.monotonic() > deadline:
                    raise
            _wait(random.uniform(0.001, 0.004))  # noqa: S311 - spreads load, no secret

    def _bound(self) -> "_Bound":
        if self._connection is None:
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
            self._connection.inc_thread_sharing()  # whoever leads uses it, one at a time
        if self._connection.connection is None:
            self._connection.connect()
            if self._connection.vendor == "sqlite":
                with self._connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout=0")
        return _Bound(self._connection)


class _Bound:
    """For its duration the writer's connection is the default one of this thread or greenlet."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._ours = connection
        self._theirs: BaseDatabaseWrapper | None = None

    def __enter__(self) -> None:
        initialized = connections.all(initialized_only=True)
        self._theirs = next((c for c in initialized if c.alias == DEFAULT_DB_ALIAS), None)
        connections[DEFAULT_DB_ALIAS] = self._ours

    def __exit__(self, *_: object) -> None:
        if self._theirs is None:
            del connections[DEFAULT_DB_ALIAS]
        else:
            connections[DEFAULT_DB_ALIAS] = self._theirs


def is_lock(error: Exception) -> bool:
    """Return whether somebody else had the lock: a try a moment later may go through.

    SQLite says "database is locked"; PostgreSQL ends a deadlock or a serialization failure.
    """
    state = getattr(error.__cause__, "sqlstate", None)
    return "locked" in str(error) or state in {"40P01", "40001"}


def _carry_out(group: Sequence[tuple[Kind, Any]]) -> list[tuple[Any]]:
    """Call each kind once with all that was asked of it; the results in the order of *group*."""
    places: dict[Kind, list[int]] = {}
    for place, (kind, _) in enumerate(group):
        places.setdefault(kind, []).append(place)
    results: list[tuple[Any]] = [(None,)] * len(group)
    for kind, own in places.items():
        answers = kind([group[place][1] for place in own])
        for place, answer in zip(own, answers, strict=True):
            results[place] = (answer,)
    return results


def _run_each(changes: Sequence[Callable[[], Any]]) -> list[Any]:
    return [change() for change in changes]


def _wait(seconds: float) -> None:
    """Wait at a lock that nobody opens: under a green pool that is a green wait."""
    pause = threading.Lock()
    pause.acquire()
    pause.acquire(timeout=seconds)
