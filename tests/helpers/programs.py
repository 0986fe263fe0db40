"""Programs that a test starts: the only place here that calls subprocess.Popen.

Each runs in a session of its own, and whatever is left of it when the test is over is ended by pid.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.helpers.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: programs run from here, so that what is tested is what stands here."""

_FOREIGN = ("CELERY_", "DJANGO_", "FLOWER_", "RABBITMQ_", "LAUNCHER_", "EMAIL_", "ERL_", "PYTEST_")
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "SECRET_KEY", "DATABASE_URL")


def environment(**added: str | None) -> dict[str, str]:
    """This process's environment without what belongs to other projects; None removes a name."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(_FOREIGN) and key not in _DISPLAYS
    }
    kept["PYTHONPATH"] = str(ROOT)
    for key, value in added.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
    return kept


@dataclass(frozen=True)
class Line:
    """One line of output and when it was read (monotonic seconds)."""

    at: float
    text: str


class Program:
    """A running program whose output is read line by line, in memory."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        folder: Path = ROOT,
        on_line: Callable[[Line], None] | None = None,
    ) -> None:
        self.command = list(command)
        self.output: list[Line] = []
        self.errors: list[Line] = []
        self._on_line = on_line
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            self.command,
            env=dict(env) if env is not None else environment(),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in (
                (self._process.stdout, self.output),
                (self._process.stderr, self.errors),
            )
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def text(self) -> str:
        """All that it printed on stdout."""
        return "\n".join(line.text for line in self.output)

    @property
    def error_text(self) -> str:
        """All that it printed on stderr."""
        return "\n".join(line.text for line in self.errors)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def wait(self, timeout: float) -> int:
        """Its exit code, with all output read. Raises TooLate."""
        eventually(lambda: not self.running, timeout, lambda: f"the end of {self.told()}")
        for reader in self._readers:
            reader.join(2)
        return self._process.wait()

    def wait_for(self, words: str, timeout: float) -> Line:
        """The first line of stdout or stderr that holds `words`."""

        def look() -> Line | None:
            for line in [*self.output, *self.errors]:
                if words in line.text:
                    return line
            assert self.running, f"ended with {self._process.returncode}: {self.told()}"
            return None

        found = eventually(look, timeout, lambda: f"{words!r} from {self.told()}")
        assert found is not None
        return found

    def told(self) -> str:
        """The command and the last of what it said."""
        last = [line.text for line in [*self.output[-12:], *self.errors[-12:]]]
        return "\n".join([" ".join(self.command[:8]), *last])

    def end(self, timeout: float = 10) -> int:
        """Ask it to end, then kill its session."""
        if self.running:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        self.kill()
        return self._process.wait()

    def kill(self) -> None:
        """End its whole process group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def _read(self, pipe: object, into: list[Line]) -> None:
        with contextlib.suppress(ValueError):
            for raw in pipe:
                line = Line(time.monotonic(), raw.decode("utf-8", "replace").rstrip("\n"))
                into.append(line)
                if into is self.output and self._on_line is not None:
                    self._on_line(line)


def launcher_command(*words: str) -> list[str]:
    """The command line of the launcher as it stands in this checkout."""
    return [sys.executable, "-m", "launcher", *words]


def run_launcher(
    *words: str, env: Mapping[str, str] | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run one command of the launcher to its end."""
    return run(launcher_command(*words), env=env, timeout=timeout)


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    timeout: float = 60,
    given: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; its exit code is left to the caller."""
    return subprocess.run(
        list(command),
        env=dict(env) if env is not None else environment(),
        cwd=folder,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        timeout=timeout,
    )
