"""Asks for the variables of a template."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.compose.field import Field
from launcher.gui.mail.sheet import Sheet
from launcher.mail import MailClient, Template, Words

_MOST_SEEN = 6


class FillSheet(Sheet):
    """A line a variable.

    Signals: `filled(object)` the Words of the template with its variables filled in.
    """

    filled = Signal(object)

    def __init__(
        self, parent: QWidget, client: MailClient, background: Background, template: Template
    ) -> None:
        super().__init__(template.name, parent)
        self._client = client
        self._background = background
        self._template = template
        self.lines = {name: QLineEdit() for name in template.variables}
        room = QWidget()
        column = QVBoxLayout(room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        for name, line in self.lines.items():
            column.addWidget(Field(name, line, wide=True))
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(room)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        seen = min(len(self.lines), _MOST_SEEN)
        scroll.setFixedHeight(seen * (tokens.CONTROL_HEIGHT + tokens.TIGHT) + tokens.TIGHT)
        self.body.addWidget(scroll)
        self.fill = self.action("Fill in")
        self.fill.clicked.connect(self._fill)
        next(iter(self.lines.values())).setFocus()

    def _fill(self) -> None:
        variables = {name: line.text() for name, line in self.lines.items()}
        self.fill.setEnabled(False)
        self._background.run(
            self,
            lambda: self._client.render(self._template.id, variables),
            self._filled,
            self._failed,
        )

    def _filled(self, words: Words) -> None:
        self.filled.emit(words)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.fill.setEnabled(True)
        self.say(str(error), wrong=True)
