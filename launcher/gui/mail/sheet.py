"""A dialog of the Mail page: a title, what is asked, and the buttons at its foot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.button import Button, Kind
from launcher.gui.widgets.text_line import TextLine


class Sheet(QDialog):
    """Stands before the window until it is closed; opened without a loop of its own.

    Subclasses fill `body` and add buttons with `action`. Esc and `close_button` reject it.
    """

    def __init__(self, title: str, parent: QWidget, *, width: int = 460) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Larger letters need more, as far as the window goes.
        wanted, room = round(width * theme.zoom()), parent.window().width() - 2 * tokens.PAGE
        self.setMinimumWidth(max(width, min(wanted, room)))
        heading = TextLine(title, scale=tokens.HEADING, bold=True)
        self.status = TextLine("", "soft", tokens.SMALL)
        self.close_button = Button("Cancel")
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        self.body = QVBoxLayout()
        self.body.setSpacing(tokens.GAP)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(tokens.TIGHT + 2)
        self._foot.addWidget(self.status, 1)
        self._foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        column.setSpacing(tokens.WIDE)
        column.addWidget(heading)
        column.addLayout(self.body, 1)
        column.addLayout(self._foot)

    def action(self, text: str, *, kind: Kind = "primary", name: str = "") -> Button:
        """Add a button at the right; the primary one is what Enter presses."""
        button = Button(text, kind=kind, name=name)
        button.setAutoDefault(False)
        button.setDefault(kind == "primary")
        self._foot.addWidget(button)
        return button

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say how it stands, beside the buttons."""
        self.status.say(words, Tone.FAILED if wrong else "soft")


def sentence(words: str) -> QLabel:
    """A paragraph of a sheet."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFont(theme.font())
    return label
