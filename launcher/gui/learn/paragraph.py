"""Words of a lesson that break over lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from launcher.gui import theme, tokens


class Paragraph(QLabel):
    """At the size that is read, or `small` and quiet beside it. Can be selected with the mouse."""

    def __init__(
        self,
        words: str = "",
        *,
        bold: bool = False,
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(theme.font(tokens.SMALL if small else tokens.BODY, bold=bold))
        if small:
            self.setForegroundRole(QPalette.ColorRole.Dark)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # Its height follows from its width alone: with a least one, a page would end in emptiness.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def say(self, words: str) -> None:
        """Show other words."""
        self.setText(words)
        self.setAccessibleName(words)
