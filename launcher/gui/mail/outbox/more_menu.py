"""What can be done with the outbox as a whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.outbox.clear_sheet import ClearSheet
from launcher.gui.widgets.button import Button
from launcher.gui.words import counted
from launcher.mail import MailClient, Queue


class MoreMenu(Button):
    """A button with a menu: retry all failed, clear old ones, pause.

    Signals: `done(str)` what was done, `failed(str)` why it was not, `pause_asked()`.
    """

    done = Signal(str)
    failed = Signal(str)
    pause_asked = Signal()

    def __init__(self, client: MailClient, background: Background, parent: QWidget) -> None:
        super().__init__(
            icon="dots", name="More: retry all failed, clear old mails, pause", parent=parent
        )
        self._client = client
        self._background = background
        self._failed_count = 0
        self.menu_shown = QMenu(self)
        self.retry = self.menu_shown.addAction("Retry all failed…")
        self.clear = self.menu_shown.addAction("Clear delivered mails…")
        self.menu_shown.addSeparator()
        self.pause = self.menu_shown.addAction("Pause sending")
        self.pause.triggered.connect(self.pause_asked)
        self.retry.triggered.connect(self._ask_retry)
        self.clear.triggered.connect(self._ask_clear)
        self.clicked.connect(self._open)

    def show_queue(self, queue: Queue) -> None:
        """Say how many have failed, and whether there is anything to pause."""
        count = queue.counts.get("FAILED", 0)
        self.pause.setEnabled(not queue.paused)
        self._failed_count = count
        self.retry.setEnabled(bool(count))
        self.retry.setText(f"Retry all {count:,} failed…" if count else "Retry all failed…")

    def _open(self) -> None:
        size = self.menu_shown.sizeHint()
        self.menu_shown.popup(self.mapToGlobal(QPoint(self.width() - size.width(), self.height())))

    def _ask_retry(self) -> None:
        count = self._failed_count
        words = (
            "Each goes into the queue again. Mails that may have arrived are not among them: "
            "those are yours to decide, one by one."
        )
        Confirm(
            self,
            f"Send {counted(count, 'failed mail')} again?",
            words,
            "Retry",
            partial(self._run, self._client.retry_failed, "{} queued again."),
        ).open()

    def _ask_clear(self) -> None:
        sheet = ClearSheet(self)
        sheet.chosen.connect(
            lambda days: self._run(lambda: self._client.clear(days), "{} removed.")
        )
        sheet.open()

    def _run(self, call: Callable[[], int], words: str) -> None:
        self._background.run(
            self,
            call,
            lambda count: self.done.emit(words.format(counted(count, "mail"))),
            lambda error: self.failed.emit(str(error)),
        )
