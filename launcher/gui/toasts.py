"""What the desktop is told while nobody looks at the window: gathered, and never a storm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus
from launcher.gui.words import counted, listed

GATHER_MS = 1_500
"""What fails together is told together."""
PAUSE_MS = 30_000
"""From one notification to the next; what comes meanwhile is gathered."""


class Toasts(QObject):
    """Signals: `told(str, str)` a title and words, for the desktop."""

    told = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: Mapping[str, ServiceStatus] | None = None
        self._failed_mails: int | None = None
        self._services: dict[str, str] = {}
        self._mails = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tell)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._tell)

    def observe(
        self,
        specs: Mapping[str, ServiceSpec],
        statuses: Mapping[str, ServiceStatus],
        *,
        seen: bool,
    ) -> None:
        """Take in how the services stand; `seen` is that somebody sees it in the window."""
        before, self._before = self._before, statuses
        for name, status in statuses.items():
            if name not in specs:  # a worker that was removed a moment ago
                continue
            failed = status.state is ServiceState.FAILED
            if not failed:
                self._services.pop(specs[name].title, None)
            elif before is not None and not seen and not _was_failed(before, name):
                self._services[specs[name].title] = status.problem.words if status.problem else ""
                self._soon()

    def observe_mails(self, failed: int, *, seen: bool) -> None:
        """Take in how many mails could not be delivered, in all."""
        before, self._failed_mails = self._failed_mails, failed
        if before is not None and failed > before and not seen:
            self._mails += failed - before
            self._soon()

    def forget(self) -> None:
        """Somebody looks now: what was gathered is seen."""
        self._services.clear()
        self._mails = 0
        self._timer.stop()

    def _soon(self) -> None:
        if not self._timer.isActive() and not self._pause.isActive():
            self._timer.start(GATHER_MS)

    def _tell(self) -> None:
        if not self._services and not self._mails:
            return
        title, words = grouped(self._services, self._mails)
        self.forget()
        self._pause.start(PAUSE_MS)
        self.told.emit(title, words)


def _was_failed(before: Mapping[str, ServiceStatus], name: str) -> bool:
    return name in before and before[name].state is ServiceState.FAILED


def grouped(services: Mapping[str, str], mails: int) -> tuple[str, str]:
    """One title and one text for all that happened."""
    titles: Sequence[str] = [*services]
    mail_words = f"{counted(mails, 'mail')} could not be delivered" if mails else ""
    if not titles:
        return mail_words, "The outbox says why."
    title = f"{listed(titles)} failed" if len(titles) <= 3 else f"{len(titles)} services failed"
    words = services[titles[0]] if len(titles) == 1 else "The Services page says why."
    return title, f"{words} {mail_words}.".strip() if mail_words else words
