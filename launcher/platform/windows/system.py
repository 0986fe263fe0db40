"""Windows as `launcher.platform.system.System`."""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import contextlib
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from launcher.platform.windows import console, files
from launcher.platform.windows.job import CREATE_SUSPENDED, Job, resume


class WindowsSystem:
    """See `launcher.platform.system.System`. A job for every process that is taken in."""

    needs_guard = False

    def __init__(self) -> None:
        self._jobs: list[tuple[str, str, Job]] = []
        self._adopted: set[int] = set()
        self._guard = threading.Lock()

    @property
    def interpreter(self) -> str:
        """The Python that services run on."""
        return console.console_python()

    def lock(self, path: Path) -> files.WindowsLock | None:
        """Take the exclusive lock on `path`; None when another process holds it."""
        return files.lock(path)

    def write_private(self, path: Path, text: str) -> None:
        """Replace a file in one step by one that only this user can read."""
        files.write_private(path, text)

    def link_folder(self, link: Path, folder: Path) -> None:
        """A junction."""
        files.link_folder(link, folder)

    def command(self, command: Sequence[str]) -> list[str]:
        """As it is: the job ends it."""
        return list(command)

    def popen_options(self) -> Mapping[str, Any]:
        """An invisible console of its own, and not a step before `adopt`."""
        return {"creationflags": subprocess.CREATE_NO_WINDOW | CREATE_SUSPENDED}

    def adopt(self, pid: int, run: str, service: str) -> None:
        """Put the new process into a job of its own and let it run. Raises OSError."""
        job = Job()
        try:
            job.take(pid)
            resume(pid)
        except OSError:
            job.end()
            raise
        with self._guard:
            self._jobs.append((run, service, job))
            self._adopted.add(pid)

    def terminate(self, pid: int) -> None:
        """Ctrl-C on the console of the process; blocks for a moment."""
        console.interrupt(pid)

    def marked(self, run: str, service: str | None = None) -> list[int]:
        """Who is in the jobs of this run (and service)."""
        return [pid for job in self._of(run, service) for pid in job.pids()]

    def end_tree(self, run: str, service: str | None, leaders: Iterable[int]) -> int:
        """End the jobs of this run (and service).

        Of an earlier run nothing is left, since its jobs ended with it; `leaders` that were never
        in a job of ours are ended all the same, with what they started.
        """
        jobs = self._of(run, service)
        ended = sum(job.end() for job in jobs)
        with self._guard:
            self._jobs = [entry for entry in self._jobs if entry[2] not in jobs]
        return ended + sum(_end_alone(pid) for pid in leaders if pid not in self._adopted)

    def _of(self, run: str, service: str | None) -> list[Job]:
        with self._guard:
            return [
                job
                for its_run, its_service, job in self._jobs
                if its_run == run and service in (None, its_service)
            ]


def _end_alone(pid: int) -> int:
    """One process and what is below it, by asking who started whom; returns how many it were."""
    ended = 0
    with contextlib.suppress(psutil.Error, OSError):
        leader = psutil.Process(pid)
        for process in (*leader.children(recursive=True), leader):
            with contextlib.suppress(psutil.Error, OSError):
                process.kill()
                ended += 1
    return ended
