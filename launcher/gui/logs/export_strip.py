"""An export that is under way: how far it is, and the way out."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.logs.export import ExportCancelledError, Exported, export
from launcher.gui.logs.line_filter import LineFilter
from launcher.gui.mail.ask_path import ask_where_to_save
from launcher.gui.session import Logs
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import counted


class ExportStrip(QWidget):
    """Hidden while nothing is exported; one export at a time.

    Signals: `said(str)` how it ended; private `_went(int)` thousandths, from the other thread.
    """

    said = Signal(str)
    _went = Signal(int)

    def __init__(self, logs: Logs, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logs = logs
        self._background = background
        self._cancelled = threading.Event()
        self.words = TextLine("", "soft")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setAccessibleName("How far the export is")
        self.cancel = Button("Cancel", name="Cancel the export", small=True)
        self.cancel.clicked.connect(self._cancelled.set)
        self._went.connect(self.progress.setValue)
        # Nobody may be left to cancel it.
        self.destroyed.connect(self._cancelled.set)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.GAP)
        row.addWidget(self.words)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self.hide()

    @property
    def busy(self) -> bool:
        """Whether an export is under way."""
        return not self.isHidden()

    def ask(self, wanted: LineFilter) -> None:
        """Ask where to write the lines that `wanted` wants."""
        if self.busy:
            self.said.emit("One export is under way; cancel it or wait for it.")
            return
        ask_where_to_save(self, "Export lines", "celery-launcher.log", partial(self.begin, wanted))

    def begin(self, wanted: LineFilter, path: Path) -> None:
        """Write the lines that `wanted` wants to a file."""
        self._cancelled.clear()
        self.words.say(f"Exporting to {path.name}")
        self.progress.setValue(0)
        self.show()
        cancelled, went, told = self._cancelled, self._went, [-1]

        def go_on(share: float) -> bool:
            step = int(share * 1000)
            if not cancelled.is_set() and step != told[0]:
                told[0] = step
                went.emit(step)
            return not cancelled.is_set()

        self._background.run(
            self,
            lambda: export(self._logs, wanted, path, go_on),
            self._done,
            partial(self._failed, path),
        )

    def _done(self, outcome: Exported) -> None:
        self.hide()
        missed = f" {counted(outcome.missed, 'older line')} had left the memory by then."
        self.said.emit(
            f"{counted(outcome.lines, 'line')} exported to {outcome.path}."
            + (missed if outcome.missed else "")
        )

    def _failed(self, path: Path, error: Exception) -> None:
        self.hide()
        if isinstance(error, ExportCancelledError):
            self.said.emit("The export was cancelled; no file was left.")
        else:
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            self.said.emit(f"Nothing was exported: {path} cannot be written ({why}).")
