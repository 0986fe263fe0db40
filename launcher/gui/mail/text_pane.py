"""Read-only plain text: never rendered, never loaded from anywhere, bounded in size."""

from __future__ import annotations

from PySide6.QtCore import QSizeF
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from launcher.gui import theme
from launcher.gui.mail.words import bounded


class TextPane(QPlainTextEdit):
    """Shows a text; `code=True` in the fixed-width font.

    With `tallest` it is as high as its text, that many pixels at most.
    """

    def __init__(
        self, name: str, *, code: bool = False, tallest: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tallest = tallest
        if tallest:
            self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("look", "code" if code else "field")
        self.setTabChangesFocus(True)
        self.setFont(theme.mono_font() if code else theme.font())

    def show_text(self, text: str) -> None:
        """Show another text; the reader's place is kept while it stays the same."""
        shown = bounded(text)
        if shown != self.toPlainText():
            self.setPlainText(shown)

    def _fit(self, size: QSizeF) -> None:
        # The layout of plain text counts in lines, those that were wrapped among them.
        height = 24 + round(size.height()) * self.fontMetrics().lineSpacing()
        self.setFixedHeight(min(self._tallest, height))
