"""A sentence on the lab page that breaks over lines instead of being shortened."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from launcher.gui import theme, tokens


class Sentence(QLabel):
    """Small quiet words, or what was wrong in the colour of a failure. Hidden while empty."""

    def __init__(
        self, words: str = "", *, wrong: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(theme.font(tokens.SMALL))
        roles = QPalette.ColorRole
        self.setForegroundRole(roles.BrightText if wrong else roles.Dark)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.say(words)

    def say(self, words: str) -> None:
        """Show other words."""
        self.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
