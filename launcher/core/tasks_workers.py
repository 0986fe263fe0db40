"""Celery workers as they are known here: who is heard, who is silent, what each says of itself.

Pure: events and answers of remote control go in as data. All times are seconds since the epoch on
this machine's clock, by when something arrived, so that a worker's clock does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SILENT = 75.0
"""Seconds without a word after which a worker counts as gone. Celery's heartbeat is every 2 s; one
without heartbeats is asked every 30 s, and a pool that executes in its main thread says nothing
meanwhile."""


class Heard:
    """When each worker was heard last."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._gone: set[str] = set()

    def hear(self, event: Mapping[str, Any]) -> str:
        """Take in an event; the name of a worker that said goodbye, "" otherwise."""
        kind, host = str(event.get("type")), event.get("hostname")
        at = event.get("local_received")
        # Publishers tell of what they sent, and are no workers.
        if kind == "task-sent" or not isinstance(host, str) or not isinstance(at, int | float):
            return ""
        if kind == "worker-offline":
            self._last.pop(host, None)
            return host
        self._last[host] = max(at, self._last.get(host, at))
        self._gone.discard(host)
        return ""

    def forget(self, worker: str) -> None:
        """It ended."""
        self._last.pop(worker, None)

    def answered(self, worker: str, at: float) -> None:
        """It answered a question."""
        self._last[worker] = max(at, self._last.get(worker, at))
        self._gone.discard(worker)

    def expect(self, workers: Iterable[str], at: float) -> None:
        """Give those that should be there until `at` + SILENT to be heard."""
        for worker in workers:
            if worker not in self._gone:
                self._last.setdefault(worker, at)

    def listen_anew(self, at: float) -> None:
        """The broker was away: nobody could be heard, so silence counts from now."""
        self._last = dict.fromkeys(self._last, at)

    def silent(self, now: float) -> list[str]:
        """Those that were heard once and now are not; each is named once."""
        found = [worker for worker, last in self._last.items() if now - last > SILENT]
        for worker in found:
            del self._last[worker]
            self._gone.add(worker)
        return found

    @property
    def present(self) -> Mapping[str, float]:
        """Those that are heard, with when they were heard last."""
        return dict(self._last)


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One worker as it answered. Counts are of tasks; `size` is how many it executes at once."""

    name: str
    pool: str = ""
    size: int = 0
    active: int = 0
    waiting: int = 0
    queues: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    done: int = 0
    prefetch: int = 0
    pid: int = 0
    uptime: float = 0.0
    memory: int = 0

    @property
    def grows(self) -> bool:
        """Whether the pool's size can be changed while it runs (Celery's `grow` and `shrink`)."""
        return self.pool in ("prefork", "eventlet", "gevent")

    @property
    def load(self) -> float:
        """The share of the pool that works, from 0 to 1."""
        return min(1.0, self.active / self.size) if self.size else 0.0


def worker_view(
    name: str,
    stats: Mapping[str, Any],
    *,
    active: Sequence[Any],
    waiting: Sequence[Any],
    queues: Sequence[Any],
    tasks: Sequence[Any],
) -> WorkerView:
    """What the answers to `stats`, `active`, `reserved` and `scheduled`, `active_queues` and
    `registered` say together. Whatever is missing or of another shape is left out."""
    pool = stats.get("pool")
    pool = pool if isinstance(pool, Mapping) else {}
    total = stats.get("total")
    usage = stats.get("rusage")
    maxrss = usage.get("maxrss", 0) if isinstance(usage, Mapping) else 0
    return WorkerView(
        name,
        pool=pool_name(str(pool.get("implementation", ""))),
        size=_whole(pool.get("max-concurrency")),
        active=len(active),
        waiting=len(waiting),
        queues=tuple(
            str(one["name"]) for one in queues if isinstance(one, Mapping) and "name" in one
        ),
        # Celery adds attributes in brackets where it is asked for some.
        tasks=tuple(sorted({str(task).partition(" ")[0] for task in tasks})),
        done=sum(_whole(n) for n in total.values()) if isinstance(total, Mapping) else 0,
        prefetch=_whole(stats.get("prefetch_count")),
        pid=_whole(stats.get("pid")),
        uptime=float(_whole(stats.get("uptime"))),
        memory=_whole(maxrss) * 1024,
    )


def pool_name(implementation: str) -> str:
    """The pool's name from its class: "celery.concurrency.eventlet:TaskPool" is "eventlet"."""
    module = implementation.partition(":")[0].rpartition(".")[2]
    return {"thread": "threads"}.get(module, module)


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
