"""Read-only plain text: never rendered, never loaded from anywhere, bounded in size."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
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
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width wraps other lines, once Qt has laid them out."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        if not self._tallest:
            return
        layout, block = self.document().documentLayout(), self.document().begin()
        # As Qt wraps the lines at this width; no further than they can be shown.
        text = 0.0
        while block.isValid() and text < self._tallest:
            text += layout.blockBoundingRect(block).height()
            block = block.next()
        margin = 2 * round(self.document().documentMargin())
        # Behind while it is hidden: then it is fitted again when it is laid out.
        edges = max(0, self.height() - self.viewport().height())
        height = round(text) + margin + edges
        policy = Qt.ScrollBarPolicy
        whole = height <= self._tallest
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if whole else policy.ScrollBarAsNeeded
        )
        self.setFixedHeight(min(self._tallest, height))
