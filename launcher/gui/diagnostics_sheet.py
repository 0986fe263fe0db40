"""Diagnostics to be given away: each file of the zip to read first, then saved or copied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QPlainTextEdit, QWidget

from launcher.diagnostics import Part, file_name, write
from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.mail.ask_path import ask_where_to_save
from launcher.gui.mail.sheet import Sheet, sentence
from launcher.gui.session import Session

_WORDS = (
    "All that is in the file. Passwords, tokens and keys are masked, and so are mail addresses; "
    "contents of mails are not in it. Look through it before you give it away."
)


class DiagnosticsSheet(Sheet):
    """Nothing is written before a button is pressed; what is written is what is shown."""

    def __init__(self, session: Session, background: Background, parent: QWidget) -> None:
        super().__init__("Diagnostics", parent, width=min(880, parent.window().width() - 80))
        self._background = background
        self._home = Path(session.home)
        self.parts: Sequence[Part] = ()
        self.list = QListWidget()
        self.list.setAccessibleName("Files of the zip")
        self.list.setFixedWidth(190)
        self.text = QPlainTextEdit()
        self.text.setProperty("look", "code")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(theme.mono_font())
        self.text.setAccessibleName("Contents of the file")
        self.close_button.setText("Close")
        self.copy = self.action("Copy", kind="plain", name="Copy the zip, to paste it elsewhere")
        self.save = self.action("Save…", name="Save the zip")
        row = QHBoxLayout()
        row.setSpacing(tokens.GAP)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.body.addWidget(sentence(_WORDS))
        self.body.addLayout(row, 1)
        self.text.setMinimumHeight(280)
        for button in (self.copy, self.save):
            button.setEnabled(False)
        self.list.currentRowChanged.connect(self._show)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self.say("Collecting …")
        background.run(self, session.diagnostics, self._collected, self._failed)

    def _collected(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.list.addItems([part.name for part in parts])
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        for button in (self.copy, self.save):
            button.setEnabled(True)
        self.say("")

    def _show(self, row: int) -> None:
        if 0 <= row < len(self.parts):
            self.text.setPlainText(self.parts[row].text)

    def _save(self) -> None:
        ask_where_to_save(self, "Save diagnostics", _name(), self._write_to)

    def _write_to(self, path: Path) -> None:
        self._write(path, lambda: self.say(f"Saved as {path.name}."))

    def _copy(self) -> None:
        """As a file, for mail programs and file managers, and as its path, for text fields."""
        path = self._home / "run" / _name()

        def copied() -> None:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(path))])
            data.setText(str(path))
            QGuiApplication.clipboard().setMimeData(data)
            self.say("Copied. Paste it as a file, or as its path.")

        self._write(path, copied)

    def _write(self, path: Path, done: Callable[[], None]) -> None:
        parts = self.parts
        self._background.run(self, lambda: write(parts, path), lambda _none: done(), self._failed)

    def _failed(self, error: Exception) -> None:
        self.say(f"Not written: {error}" if self.parts else str(error), wrong=True)


def _name() -> str:
    return file_name(dt.datetime.now())  # noqa: DTZ005 - the user's own day and hour
