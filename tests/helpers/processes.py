"""Finding processes by what they carry in their environment, and knowing when they are gone."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psutil

RUN = "CELERY_LAUNCHER_RUN_ID"
SERVICE = "CELERY_LAUNCHER_SERVICE"


@dataclass(frozen=True)
class Mark:
    """One process beyond doubt: numbers are used again, number and start time are not."""

    pid: int
    created: float
    name: str

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie has ended."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            same = process.create_time() == self.created
            return same and process.status() != psutil.STATUS_ZOMBIE
        return False

    def __str__(self) -> str:
        return f"{self.name} ({self.pid})"


def mark(process: psutil.Process) -> Mark | None:
    """Note a process down; None when it ended meanwhile."""
    with contextlib.suppress(psutil.Error):
        return Mark(process.pid, process.create_time(), process.name())
    return None


def of_run(run: str, service: str | None = None) -> list[psutil.Process]:
    """The processes that carry the run, and the service, in their environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            environment = process.environ()
            if environment.get(RUN) != run:
                continue
            if service is None or environment.get(SERVICE) == service:
                found.append(process)
    return found


def copies(run: str, service: str) -> list[psutil.Process]:
    """The main processes of a service: those whose parent is not of the service itself."""
    return copies_by_service(run).get(service, [])


def copies_by_service(run: str) -> dict[str, list[psutil.Process]]:
    """The main processes of each service that has some, by one look at all processes."""
    services: dict[int, str] = {}
    members: dict[int, psutil.Process] = {}
    parents: dict[int, int] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            parents[process.pid] = process.ppid()
            environment = process.environ()
            if environment.get(RUN) == run:
                services[process.pid] = environment.get(SERVICE, "")
                members[process.pid] = process
    found: dict[str, list[psutil.Process]] = {}
    for pid, process in members.items():
        with contextlib.suppress(psutil.Error):
            above = {services.get(each) for each in _ancestors(pid, parents)}
            if services[pid] not in above and process.status() != psutil.STATUS_ZOMBIE:
                found.setdefault(services[pid], []).append(process)
    return found


def _ancestors(pid: int, parents: dict[int, int]) -> Iterator[int]:
    """A process between may show no environment for a moment: while it becomes a program."""
    while pid := parents.get(pid, 0):
        yield pid


def tree(pid: int, run: str) -> list[Mark]:
    """Everything below `pid`, and everything that carries the run, wherever it went."""
    found: dict[int, psutil.Process] = {process.pid: process for process in of_run(run)}
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            found[process.pid] = process
    return [noted for process in found.values() if (noted := mark(process)) is not None]


def alive(marks: Iterable[Mark]) -> list[Mark]:
    """Those that still run."""
    return [noted for noted in marks if noted.alive]


def end(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal; to one that has gone it is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
