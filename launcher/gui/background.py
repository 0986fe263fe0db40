"""Runs blocking work away from the window's thread and brings its outcome back.

Owns a small thread pool. The outcome travels by a queued signal, so callbacks run on the window's
thread, and only while the widget that asked still exists.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal, Slot

T = TypeVar("T")


class Background(QObject):
    """Work on other threads.

    Signals: `_returned(object)`, private: carries a closure to the window's thread.
    """

    _returned = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(4)
        self._returned.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Call `work` on another thread, then `done` with its result or `failed` with its error.

        Neither is called once `owner` is gone.
        """

        def outcome() -> Callable[[], None]:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - `failed` decides; nothing is swallowed
                caught = error
                return lambda: failed(caught)
            return lambda: done(result)

        def task() -> None:
            deliver = outcome()
            if shiboken6.isValid(self):
                self._returned.emit((owner, deliver))

        self._pool.start(task)

    def close(self) -> None:
        """Drop what has not begun and wait for what has; the calls have time-outs of their own."""
        self._pool.clear()
        self._pool.waitForDone()

    @Slot(object)
    def _deliver(self, packet: tuple[QObject, Callable[[], None]]) -> None:
        owner, deliver = packet
        if shiboken6.isValid(owner):
            deliver()
