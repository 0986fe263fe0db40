"""The one place where a worker writes: changes of a few milliseconds share one transaction.

A commit waits for the disk, and under a green pool everybody waits with it. So whoever has
something to write puts it in line; the first one gathers for a moment, writes what has come
together on a connection of the writer's own, and each is told its own result once it is
committed. No thread is needed: alone in its process, as on the solo pool, a change is written at
once by its caller.

Another process' lock is met with a short green wait instead of SQLite's busy handler, which would
stop every greenlet. See docs/decisions/0013-grouping-writer.md.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

GATHER_SECONDS = 0.003
LOCKED_SECONDS = 20.0  # as long as Django waits everywhere else
LARGEST_GROUP = 200

T = TypeVar("T")


class _Entry:
    """One change in line, and what came of it. Its lock opens when that is known."""

    __slots__ = ("change", "error", "leads", "result", "turn")

    def __init__(self, change: Callable[[], Any]) -> None:
        self.change = change
        self.result: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Writer:
    """Writes changes in groups; safe for threads and greenlets.

    *crowded* says whether others of this process may have something to write soon.
    """

    def __init__(self, crowded: Callable[[], bool] = lambda: True) -> None:
        self._crowded = crowded
        self._lock = threading.Lock()
        self._line: list[_Entry] = []
        self._led = False
        self._connection: BaseDatabaseWrapper | None = None

    def write(self, change: Callable[[], T]) -> T:
        """Run *change* in a transaction that is committed when this returns; return its result.

        *change* uses Django's default connection, in whatever way, and may be run twice: when its
        group could not be committed. What it raises is raised here, and undoes it alone.
        """
        entry = _Entry(change)
        with self._lock:
            self._line.append(entry)
            leads = not self._led
            self._led = True
        if not leads:
            try:
                entry.turn.acquire()
            except BaseException:  # a green task may be ended wherever it waits
                self._pass_on(entry)
                raise
            leads = entry.leads
        if leads:
            self._lead(entry)
        if entry.error is not None:
            raise entry.error
        return cast("T", entry.result)

    def close(self) -> None:
        """Close the connection; the next change opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lead(self, own: _Entry) -> None:
        """Write one group with *own* in it, then let the next in line lead."""
        group: list[_Entry] = []
        try:
            if self._crowded():
                _wait(GATHER_SECONDS)
            with self._lock:
                group, self._line = self._line[:LARGEST_GROUP], self._line[LARGEST_GROUP:]
            self._write_group(group)
        except BaseException as error:
            for entry in group:
                entry.error = error
            raise
        finally:
            own.leads = True
            self._pass_on(own)
            for entry in group:
                if entry is not own:
                    entry.turn.release()

    def _pass_on(self, leaving: _Entry) -> None:
        """Take *leaving* out of the line, and if it led, let the next one lead."""
        with self._lock:
            if leaving in self._line:
                self._line.remove(leaving)
            if not leaving.leads:
                return
            following = self._line[0] if self._line else None
            self._led = following is not None
            if following is not None:
                following.leads = True
        if following is not None:
            following.turn.release()

    def _write_group(self, group: list[_Entry]) -> None:
        try:
            self._commit(group)
        except Exception as error:  # noqa: BLE001 - told to the one who caused it
            if len(group) == 1:
                group[0].error = error
                return
            for entry in group:
                self._write_group([entry])

    def _commit(self, group: list[_Entry]) -> None:
        """Write *group* in one transaction; waits greenly while another process has the lock."""
        deadline = time.monotonic() + LOCKED_SECONDS
        while True:
            try:
                with self._bound(), transaction.atomic():
                    results = [entry.change() for entry in group]
            except OperationalError as error:
                if not is_lock(error):
                    self.close()
                    raise
                if time.monotonic() > deadline:
                    raise
                _wait(random.uniform(0.001, 0.004))  # noqa: S311 - spreads load, no secret
            else:
                break
        for entry, result in zip(group, results, strict=True):
            entry.result = result

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


def _wait(seconds: float) -> None:
    """Wait at a lock that nobody opens: under a green pool that is a green wait."""
    pause = threading.Lock()
    pause.acquire()
    pause.acquire(timeout=seconds)
