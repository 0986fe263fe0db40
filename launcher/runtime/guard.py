"""The guard: a small process that outlives a killed launcher just long enough to end its children.

It holds one end of a pipe. When the launcher ends, however it ends, the pipe closes and the guard
kills every process of the run. Over the pipe it is told the pid of each child that began (`+5120`)
or ended (`-5120`), so that it also finds sessions whose members cleared their environment.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

from launcher.platform.system import System


class Guard:
    """The launcher's side: starts the guard and talks to it."""

    def __init__(self, system: System, run: str, folder: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "launcher", "guard", run],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": folder},
            **system.popen_options(),
        )

    @property
    def pid(self) -> int:
        """Of the guard."""
        return self._process.pid

    def watch(self, pid: int) -> None:
        """A child began."""
        self._tell(f"+{pid}\n")

    def forget(self, pid: int) -> None:
        """A child and its tree ended: its number may soon be another program's."""
        self._tell(f"-{pid}\n")

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - stdin=PIPE
        with contextlib.suppress(OSError):
            pipe.write(line.encode())
            pipe.flush()

    def dismiss(self) -> None:
        """Close the pipe: the guard ends what is left, which should be nothing, and then itself."""
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - stdin=PIPE
        with contextlib.suppress(OSError):
            pipe.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main(run: str) -> int:
    """Wait for the pipe on stdin to close, then end every process of `run`."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    leaders: set[int] = set()
    for line in sys.stdin:
        number = int(line[1:])
        if line.startswith("+"):
            leaders.add(number)
        else:
            leaders.discard(number)
    # Only now: psutil is not worth its memory while there is nothing to do.
    from launcher.platform import current  # noqa: PLC0415 - see above

    current().end_tree(run, None, leaders)
    return 0
