"""The one place where the program's threads reach the window.

Callbacks of the session arrive on other threads and leave here as queued signals. Statuses are
coalesced: however often they change, the window sees the newest once a turn of its loop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt, Signal, Slot

from launcher.core.state import ServiceStatus
from launcher.gui.session import Session


class Bridge(QObject):
    """Session callbacks as signals on the window's thread.

    Signals: `statuses_changed(object)` a mapping of name to ServiceStatus, coalesced;
    `notice_raised(str)` words to show; `raise_asked()` a second start wants the window;
    `quit_asked()` a terminal asks for the end; `stopped()` the ordered stop has ended.
    """

    statuses_changed = Signal(object)
    notice_raised = Signal(str)
    raise_asked = Signal()
    quit_asked = Signal()
    stopped = Signal()
    _woken = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._newest: Mapping[str, ServiceStatus] | None = None
        self._woken.connect(self._publish, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = session.subscribe(self._observe)
        self._closed = False
        session.on_notice(self._while_open(self.notice_raised.emit))
        session.on_raise(self._while_open(self.raise_asked.emit))
        session.on_quit(self._while_open(self.quit_asked.emit))

    def close(self) -> None:
        """Stop listening."""
        self._closed = True
        self._unsubscribe()

    def _while_open(self, emit: Callable[..., None]) -> Callable[..., None]:
        """The session remembers whoever listened once; another window may be there by now."""

        def tell(*words: str) -> None:
            if not self._closed:
                emit(*words)

        return tell

    def _observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        with self._lock:
            asleep = self._newest is None
            self._newest = statuses
        if asleep:
            self._woken.emit()

    @Slot()
    def _publish(self) -> None:
        with self._lock:
            statuses, self._newest = self._newest, None
        if statuses is not None:
            self.statuses_changed.emit(statuses)
