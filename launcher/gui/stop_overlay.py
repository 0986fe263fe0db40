"""What the window shows while everything is being stopped in order before it closes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine

_CALM = "Services are asked to finish what they are doing, in the reverse order of their start."
_ASK = "Close once more, or press End now, to end what still runs without waiting for it."


class StopOverlay(QWidget):
    """Covers the window.

    Signals: `end_now_asked()` the user does not want to wait.
    """

    end_now_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heading = TextLine("Stopping…", scale=tokens.HEADING, bold=True)
        self.progress = _label()
        self.hint = _label()
        self.hint.setForegroundRole(self.palette().ColorRole.Dark)
        self.hint.setText(_CALM)
        self.end_now = Button("End now", name="End now without waiting")
        self.end_now.clicked.connect(self.end_now_asked)
        head = QHBoxLayout()
        head.setSpacing(tokens.GAP)
        head.addWidget(StateMark(Tone.WORKING))
        head.addWidget(self.heading, 1)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.end_now)
        card = Card()
        card.setFixedWidth(440)
        column = QVBoxLayout(card)
        column.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        column.setSpacing(tokens.GAP)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.hint)
        column.addLayout(foot)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch()
        middle.addWidget(card)
        middle.addStretch()
        outer.addLayout(middle)
        outer.addStretch(3)
        self.hide()

    def begin(self) -> None:
        """Cover the window."""
        self.resize(self.window().size())
        self.show()
        self.raise_()
        self.setFocus()

    def say(self, words: str) -> None:
        """Show how far the stop has come."""
        self.progress.setText(words)
        self.setAccessibleName(f"Stopping. {words}")

    def ask(self) -> None:
        """Offer to end now, as the answer to a second close."""
        self.hint.setText(_ASK)
        self.end_now.set_kind("danger")
        self.end_now.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what lies below."""
        veil = QColor(theme.colours().window)
        veil.setAlpha(215)
        painter = QPainter(self)
        painter.fillRect(self.rect(), veil)
        painter.end()


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
