"""A program in a terminal: a real pty, and what a person would see on its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from types import TracebackType

import pyte

from tests.helpers.waiting import eventually


class Terminal:
    """Runs `command` with a terminal of this size; `screen` is kept up by `look`."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        columns: int = 100,
        rows: int = 30,
    ) -> None:
        self.raw = b""
        self.screen = pyte.HistoryScreen(columns, rows, history=1_000)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        _resize(slave, columns, rows)
        self.process = subprocess.Popen(
            # With this as its controlling terminal: what Ctrl-C goes to.
            ["setsid", "--ctty", *command],
            env=dict(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)

    def resize(self, columns: int, rows: int) -> None:
        """As when somebody drags the corner of its window."""
        _resize(self._master, columns, rows)
        self.screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def look(self) -> str:
        """Take in what came; the whole screen, with what has scrolled out of it."""
        while select.select([self._master], [], [], 0)[0]:
            try:
                came = os.read(self._master, 65_536)
            except OSError:  # the program has ended
                break
            if not came:
                break
            self.raw += came
            self._stream.feed(came)
        above = ["".join(cell.data for cell in _cells(line)) for line in self.screen.history.top]
        return "\n".join(line.rstrip() for line in [*above, *self.screen.display])

    def wait_for(self, words: str, timeout: float) -> str:
        """Until these words can be read."""
        eventually(lambda: words in self.look(), timeout, lambda: f"{words!r} in:\n{self.look()}")
        return self.look()

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._master, keys)

    def end(self, timeout: float) -> int:
        """Its exit code, once it has ended by itself."""

        def over() -> bool:
            self.look()  # or it would wait for ever for what it writes to be read
            return self.process.poll() is not None

        eventually(over, timeout, lambda: f"the end, after:\n{self.look()}")
        return int(self.process.returncode)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.end(30)
        os.close(self._master)


def _resize(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _cells(line: Mapping[int, pyte.screens.Char]) -> list[pyte.screens.Char]:
    return [line[column] for column in range(max(line, default=-1) + 1)]
