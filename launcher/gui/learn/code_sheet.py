"""A piece of this project's code, to be read. Nothing is executed: Windows would run a .py file."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from launcher.core.lessons import CodePlace
from launcher.gui import theme
from launcher.gui.background import Background
from launcher.gui.mail.sheet import Sheet, sentence
from launcher.learn.source import Source, source_of


class CodeSheet(Sheet):
    """Shows a definition with the numbers of its lines; *Copy place* takes file and line."""

    def __init__(self, place: CodePlace, background: Background, parent: QWidget) -> None:
        super().__init__(place.symbol, parent, width=680)
        self._place = place
        self._found: Source | None = None
        self.where = sentence(place.path)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("look", "code")
        self.text.setFont(theme.mono_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(f"The code of {place.symbol}")
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(320)
        self.copy = self.action("Copy place", kind="plain", name="Copy the file's name and line")
        self.copy.setEnabled(False)
        self.close_button.setText("Close")
        self.body.addWidget(self.where)
        self.body.addWidget(self.text, 1)
        self.copy.clicked.connect(self._copy)
        self.close_button.setFocus()
        background.run(
            self,
            lambda: source_of(place),
            self._show,
            lambda error: self.say(str(error), wrong=True),
        )

    def _show(self, found: Source) -> None:
        self._found = found
        lines = found.text.split("\n")
        width = len(str(found.line + len(lines)))
        self.text.setPlainText(
            "\n".join(f"{number:>{width}}  {line}" for number, line in enumerate(lines, found.line))
        )
        self.where.setText(f"{self._place.path}, line {found.line}")
        self.copy.setEnabled(True)

    def _copy(self) -> None:
        if self._found is not None:
            QGuiApplication.clipboard().setText(f"{self._found.path}:{self._found.line}")
            self.say("Copied.")
