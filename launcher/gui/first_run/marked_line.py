"""A state's shape and words beside it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine


class MarkedLine(QWidget):
    """One line, such as a service and how it stands."""

    def __init__(self, tone: Tone, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mark = StateMark(tone)
        self.text = TextLine(text, scale=tokens.SMALL)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, tokens.GAP, 0)
        row.setSpacing(tokens.TIGHT)
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)

    def say(self, tone: Tone, text: str) -> None:
        """Show another state."""
        self.mark.set_tone(tone)
        if text != self.text.text():
            self.text.say(text)
            self.updateGeometry()
