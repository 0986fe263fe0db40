"""One of the first steps: its number and state, what it is about, and the button that does it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine

_STATES = {
    Tone.OFF: "to do",
    Tone.WORKING: "under way",
    Tone.DONE: "done",
    Tone.TROUBLE: "needs attention",
}


class StepCard(Card):
    """`body` takes what shows how far the step has come."""

    def __init__(self, title: str, words: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._name = title
        self.mark = StateMark(Tone.OFF)
        self.title = TextLine(title, scale=tokens.HEADING, bold=True)
        self.words = QLabel(words)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setFont(theme.font())
        self.trouble = QLabel()
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setWordWrap(True)
        self.trouble.setFont(theme.font(bold=True))
        self.trouble.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.trouble.hide()
        self.button = Button(action)
        self.button.setVisible(bool(action))
        self.body = QVBoxLayout()
        self.body.setSpacing(tokens.HAIR)
        head = QHBoxLayout()
        head.setSpacing(tokens.GAP)
        head.addWidget(self.mark)
        head.addWidget(self.title, 1)
        head.addWidget(self.button)
        below = QVBoxLayout()
        below.setContentsMargins(tokens.MARK + 2 + tokens.GAP, 0, 0, 0)
        below.setSpacing(tokens.TIGHT)
        below.addWidget(self.words)
        below.addLayout(self.body)
        below.addWidget(self.trouble)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        column.setSpacing(tokens.HAIR)
        column.addLayout(head)
        column.addLayout(below)
        self.say(Tone.OFF)

    def say(self, tone: Tone, trouble: str = "") -> None:
        """Show how the step stands, and what is wrong with it."""
        self.mark.set_tone(tone)
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        state = _STATES.get(tone, "")
        self.setAccessibleName(f"{self._name}: {state}. {trouble}".strip())
