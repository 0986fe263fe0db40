"""What a list or pane says when there is nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from launcher.gui import theme, tokens
from launcher.gui.widgets.text_line import TextLine


class EmptyState(QWidget):
    """A heading and a sentence, in the middle of the room they get."""

    def __init__(self, heading: str, sentence: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = TextLine(heading, "soft", tokens.HEADING, bold=True)
        self.heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence = QLabel(sentence)
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.sentence.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.sentence.setFont(theme.font())
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.PAGE, tokens.PAGE, tokens.PAGE, tokens.PAGE)
        column.setSpacing(tokens.TIGHT)
        column.addStretch(2)
        column.addWidget(self.heading)
        column.addWidget(self.sentence)
        column.addStretch(3)

    def say(self, heading: str, sentence: str = "") -> None:
        """Show other words."""
        self.heading.say(heading)
        self.sentence.setText(sentence)
