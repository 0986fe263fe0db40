"""Errors that nobody expected, from any thread: logged once each, told to the window, never lost.

Qt's bindings hand what a slot or an overridden method raises to `sys.excepthook`, and go on.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

KEPT = 50
"""So many different errors are told; a picture that fails is painted again and again."""


class Unexpected(QObject):
    """Stands in the place of the interpreter's own hooks while it is installed.

    `note` takes what was met into the log, on the thread that met it.
    Signals: `met(str, int)` a trace and how often it was met, on the thread of the window.
    """

    met = Signal(str, int)
    _caught = Signal(str, int)

    def __init__(self, note: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._note = note
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._before = (sys.excepthook, threading.excepthook)
        self._caught.connect(self.met, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """From now on."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._of_main
        threading.excepthook = self._of_thread

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _of_main(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, Exception):
            self._take("".join(traceback.format_exception(kind, error, trace)).rstrip())
        else:
            self._before[0](kind, error, trace)

    def _of_thread(self, met: threading.ExceptHookArgs) -> None:
        if issubclass(met.exc_type, SystemExit):
            return
        trace = traceback.format_exception(met.exc_type, met.exc_value, met.exc_traceback)
        thread = met.thread.name if met.thread else "one that is gone"
        self._take("".join((f"In the thread {thread}:\n", *trace)).rstrip())

    def _take(self, trace: str) -> None:
        with self._lock:
            if trace not in self._counts and len(self._counts) >= KEPT:
                return
            self._counts[trace] += 1
            count = self._counts[trace]
        if count == 1:
            self._note(trace)
            self._caught.emit(trace, count)
        elif count in (10, 100, 1_000, 10_000):
            self._note(f"met {count:,} times: {trace.splitlines()[-1]}")
            self._caught.emit(trace, count)
