"""What is written: as text, as HTML, and how the HTML will look."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.mail.html_view import HtmlView
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine

TEXT, HTML, PREVIEW = range(3)
_NAMES = (
    ("Text", "The plain text, which every mail program shows"),
    ("HTML", "The HTML, for those programs that show it"),
    ("Preview", "The HTML as it will look; nothing is loaded"),
)


class BodyEdit(QWidget):
    """Three views of one body.

    Signals: `changed()` text or HTML.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self.html = QPlainTextEdit(), QPlainTextEdit()
        self.preview = HtmlView("Preview of the HTML")
        self.views = QStackedWidget()
        self.tabs: list[Segment] = []
        self.bar = QHBoxLayout()
        self._group = QButtonGroup(self)
        self.error = TextLine("", Tone.FAILED, tokens.SMALL)
        self.error.hide()
        self._lay_out()
        self.setFocusProxy(self.text)
        self.text.textChanged.connect(self.changed)
        self.html.textChanged.connect(self.changed)
        self.html.textChanged.connect(self._say_html)

    def show_view(self, view: int) -> None:
        """Turn to the text, the HTML or the preview."""
        if view == PREVIEW:
            self.preview.show_html(self.html.toPlainText() or _NOTHING)
        self.views.setCurrentIndex(view)
        self.tabs[view].setChecked(True)
        self.setFocusProxy((self.text, self.html, self.preview)[view])

    def write(self, text: str, html: str) -> None:
        """Show other content; what was there can be brought back by Undo."""
        for edit, words in ((self.text, text), (self.html, html)):
            if edit.toPlainText() != words:
                cursor = edit.textCursor()
                cursor.select(cursor.SelectionType.Document)
                cursor.insertText(words)
        if self.views.currentIndex() == PREVIEW:
            self.show_view(PREVIEW)

    def refuse(self, words: str) -> None:
        """Say what is wrong with it, "" for nothing."""
        self.error.say(words)
        self.error.setVisible(bool(words))

    def _say_html(self) -> None:
        self.tabs[HTML].say("HTML ●" if self.html.toPlainText().strip() else "HTML")
        self.tabs[HTML].setAccessibleName("HTML")

    def _lay_out(self) -> None:
        self.bar.setSpacing(tokens.TIGHT)
        for view, (name, tip) in enumerate(_NAMES):
            segment = Segment(name)
            segment.setToolTip(tip)
            segment.clicked.connect(partial(self.show_view, view))
            self._group.addButton(segment)
            self.tabs.append(segment)
            self.bar.addWidget(segment)
        self.tabs[TEXT].setChecked(True)
        for edit, name in ((self.text, "Text"), (self.html, "HTML of the mail")):
            edit.setAccessibleName(name)
            edit.setTabChangesFocus(True)
            # Dropped files are attached, not written as their addresses.
            edit.setAcceptDrops(False)
            edit.setMinimumHeight(90)
        self.text.setProperty("look", "field")
        self.text.setFont(theme.font())
        self.html.setProperty("look", "code")
        self.html.setFont(theme.mono_font())
        self.html.setPlaceholderText("<p>Optional: the same words as HTML.</p>")
        for shown in (self.text, self.html, self.preview):
            self.views.addWidget(shown)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(self.bar)
        column.addWidget(self.views, 1)
        column.addWidget(self.error)


_NOTHING = "<p>There is no HTML yet: the text alone is sent.</p>"
