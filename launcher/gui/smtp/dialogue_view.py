"""What client and server said, line by line as it comes, and how it ended."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.banner import Banner
from launcher.runtime.smtp_words import CANCELLED, Outcome


class DialogueView(QWidget):
    """The lines in fixed width, the end in a banner above them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.end = Banner(Tone.WORKING, "")
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setProperty("look", "code")
        self.lines.setFont(theme.mono_font())
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setAccessibleName("What client and server said")
        self.lines.setTabChangesFocus(True)
        self.lines.setMinimumHeight(72)
        self.legend = QLabel("C: this program · S: the server · the password is shown as ****")
        self.legend.setFont(theme.font(tokens.SMALL))
        self.legend.setForegroundRole(self.legend.palette().ColorRole.PlaceholderText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addWidget(self.end)
        column.addWidget(self.lines, 1)
        column.addWidget(self.legend)

    def begin(self, where: str) -> None:
        """A test begins."""
        self.lines.clear()
        self.end.say(Tone.WORKING, f"Testing {where}…")

    def add(self, line: str) -> None:
        """One more line."""
        self.lines.appendPlainText(line)

    def finish(self, outcome: Outcome) -> None:
        """How it ended."""
        tone = Tone.READY if outcome.ok else Tone.FAILED
        if outcome is CANCELLED:
            tone = Tone.WAITING
        self.end.say(tone, outcome.words, outcome.remedy)
