"""One instance a home: the lock, what an earlier run left behind, and the pids on file."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

from launcher.paths import Home
from launcher.platform.system import FileLock, System


class AlreadyRunningError(Exception):
    """Another process holds this home."""


@dataclass(slots=True)
class Instance:
    """This process as the holder of a home. Made by `take`."""

    home: Home
    system: System
    run: str
    lock: FileLock
    _pids: dict[int, float] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def began(self, pid: int) -> None:
        """Put a child on file, with its start time, so that no other process is taken for it."""
        with contextlib.suppress(psutil.Error, OSError):
            created = psutil.Process(pid).create_time()
            with self._guard:
                self._pids[pid] = created
                self._write()

    def ended(self, pid: int) -> None:
        """Take a child off the file."""
        with self._guard:
            self._pids.pop(pid, None)
            self._write()

    def release(self) -> None:
        """Give the home back."""
        with contextlib.suppress(OSError):
            (self.home.run / "children.json").unlink(missing_ok=True)
        self.lock.release()

    def _write(self) -> None:
        record = {"run": self.run, "children": list(self._pids.items())}
        # A full disk must not keep a service from starting: the guard knows the pid as well.
        with contextlib.suppress(OSError):
            self.system.write_private(self.home.run / "children.json", json.dumps(record))


def take(home: Home, system: System, run: str) -> Instance:
    """Become the holder of the home and end what an earlier run left.

    Raises AlreadyRunningError.
    """
    lock = system.lock(home.run / "lock")
    if lock is None:
        raise AlreadyRunningError(f"Celery Launcher already runs with the folder {home.root}.")
    _end_leftovers(home, system)
    return Instance(home, system, run, lock)


def _end_leftovers(home: Home, system: System) -> None:
    path = home.run / "children.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        run = str(record["run"])
        children = [(int(pid), float(created)) for pid, created in record["children"]]
    except (OSError, ValueError, TypeError, KeyError):
        return
    system.end_tree(run, None, _still_ours(children))
    path.unlink(missing_ok=True)


def _still_ours(children: list[tuple[int, float]]) -> Iterator[int]:
    for pid, created in children:
        with contextlib.suppress(psutil.Error, OSError):
            if psutil.Process(pid).create_time() == created:
                yield pid
