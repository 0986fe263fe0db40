"""Ctrl-C and SIGTERM, heard at once whatever the main thread is doing.

Python runs its signal handlers only between bytecodes of the main thread, which may sit in Qt's
loop. The interpreter's C handler, however, writes a byte to the wake-up socket at once
(https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd); a thread waits for it.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType


class StopSignals:
    """SIGINT and SIGTERM as one event. Made on the main thread, once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._reader, writer = socket.socketpair()
        writer.settimeout(0)
        self._writer = writer
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _heard)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._listen, name="signals", daemon=True).start()

    def then(self, callback: Callable[[], None]) -> None:
        """Call `callback`, from another thread, at each signal."""
        self._callbacks.append(callback)

    def set(self) -> None:
        """As if a signal had come."""
        self._event.set()

    def wait(self) -> None:
        """Until a signal comes."""
        self._event.wait()

    def _listen(self) -> None:
        while self._reader.recv(64):
            self._event.set()
            for callback in self._callbacks:
                callback()


def _heard(number: int, frame: FrameType | None) -> None:
    """Deliberately empty: only that it is set keeps the signal from ending the process."""
    del number, frame
