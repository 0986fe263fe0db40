"""Linux and macOS: sessions, signals, file locks.

A process tree is found again in three ways, since a process may leave each of them: by the marks in
its environment, by the session of the process that was started, and by its parents.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32"  # tells mypy too

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from launcher.platform.system import RUN_VARIABLE, SERVICE_VARIABLE

_LOOK_AGAIN = 0.02
"""Seconds between two looks at a tree that was killed: the kernel takes a moment."""
_LOOKS = 250


class PosixLock:
    """An flock; dropped by the kernel when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class PosixSystem:
    """See `launcher.platform.system.System`."""

    needs_guard = True
    interpreter = sys.executable

    def __init__(self) -> None:
        self._setpriv = shutil.which("setpriv") if sys.platform == "linux" else None

    def lock(self, path: Path) -> PosixLock | None:
        """Take the exclusive lock on `path`; None when another process holds it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return PosixLock(descriptor)

    def write_private(self, path: Path, text: str) -> None:
        """Replace a file in one step by one that only this user can read."""
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def link_folder(self, link: Path, folder: Path) -> None:
        """A symbolic link in a folder that only this user can write to."""
        link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = link.parent.stat()
        if place.st_uid != os.getuid() or place.st_mode & 0o022:
            raise PermissionError(errno.EPERM, "others can write to this folder", str(link.parent))
        link.unlink(missing_ok=True)
        link.symlink_to(folder, target_is_directory=True)

    def command(self, command: Sequence[str]) -> list[str]:
        """Tie the process to the thread that starts it, where the kernel can (Linux).

        prctl(2), PR_SET_PDEATHSIG: the signal comes when the starting *thread* ends, so the
        supervisor starts everything from the one thread that lives as long as the launcher.
        """
        if self._setpriv is None:
            return list(command)
        return [self._setpriv, "--pdeathsig", "KILL", "--", *command]

    def popen_options(self) -> Mapping[str, Any]:
        """A session of its own: a Ctrl-C in our terminal reaches us, not the service."""
        return {"start_new_session": True, "close_fds": True}

    def adopt(self, pid: int, run: str, service: str) -> None:
        """Nothing is to be done: it runs already, and carries the marks in its environment."""

    def terminate(self, pid: int) -> None:
        """SIGTERM; one that is gone already is no error."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def marked(self, run: str, service: str | None = None) -> list[int]:
        """Pids of living processes that carry the marks, this process excepted."""
        return [
            process.pid
            for process in psutil.process_iter()
            if process.pid != os.getpid() and _carries(process, run, service)
        ]

    def end_tree(self, run: str, service: str | None, leaders: Iterable[int]) -> int:
        """Kill the marked processes and the sessions of `leaders` until none is left."""
        sessions = set(leaders)
        killed: set[int] = set()
        for _ in range(_LOOKS):
            found = self._members(run, service, sessions)
            if not found:
                break
            for process in found:
                with contextlib.suppress(psutil.Error):
                    process.kill()
                    killed.add(process.pid)
            # Not psutil.wait_procs: it would take our children's exit codes from subprocess.
            threading.Event().wait(_LOOK_AGAIN)
        return len(killed)

    def _members(self, run: str, service: str | None, sessions: set[int]) -> list[psutil.Process]:
        found: dict[int, psutil.Process] = {}
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if os.getsid(process.pid) in sessions or _carries(process, run, service):
                    found[process.pid] = process
                    for child in process.children(recursive=True):
                        if child.status() != psutil.STATUS_ZOMBIE:
                            found[child.pid] = child
        return list(found.values())


def _carries(process: psutil.Process, run: str, service: str | None) -> bool:
    try:
        environment = process.environ()
    except (psutil.Error, OSError):
        # Another user's process, a zombie, or one that ended just now: none of ours.
        return False
    if environment.get(RUN_VARIABLE) != run:
        return False
    return service is None or environment.get(SERVICE_VARIABLE) == service
