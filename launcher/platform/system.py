"""What the launcher asks of an operating system; each system fills it in a module of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

RUN_VARIABLE = "CELERY_LAUNCHER_RUN_ID"
"""In the environment of every process of a run: by it they are found again."""
SERVICE_VARIABLE = "CELERY_LAUNCHER_SERVICE"
"""In the environment of every process of a service: the service's name."""


class FileLock(Protocol):
    """A lock that the system drops by itself when its process ends."""

    def release(self) -> None:
        """Give it back; a second call does nothing."""
        ...


class System(Protocol):
    """The operating system."""

    @property
    def needs_guard(self) -> bool:
        """Whether a process of ours must watch, since the system itself does not end all of it."""
        ...

    @property
    def interpreter(self) -> str:
        """The Python that services run on: ours, in the kind that has output streams."""
        ...

    def lock(self, path: Path) -> FileLock | None:
        """Take the exclusive lock on `path`; None when another process holds it."""
        ...

    def write_private(self, path: Path, text: str) -> None:
        """Replace a file in one step by one that only this user can read."""
        ...

    def link_folder(self, link: Path, folder: Path) -> None:
        """Make `link` another name of `folder`, in a place that is this user's alone.

        Replaces an earlier link. Raises OSError where another user could change it.
        """
        ...

    def command(self, command: Sequence[str]) -> list[str]:
        """The command line under which `command` also ends when the launcher is killed."""
        ...

    def popen_options(self) -> Mapping[str, Any]:
        """Further arguments for subprocess.Popen: own session or process group, no console."""
        ...

    def adopt(self, pid: int, run: str, service: str) -> None:
        """Take in a process that was just started with `popen_options`, and let it run.

        Raises OSError; the process is then ended by the caller.
        """
        ...

    def terminate(self, pid: int) -> None:
        """Ask a process to end; may block for a moment. One that is gone already is no error."""
        ...

    def marked(self, run: str, service: str | None = None) -> list[int]:
        """Pids of living processes of this run (and service), this process excepted."""
        ...

    def end_tree(self, run: str, service: str | None, leaders: Iterable[int]) -> int:
        """Kill, until none is left, the marked processes and the sessions of `leaders`.

        Returns how many were killed. Takes at most a few seconds.
        """
        ...
