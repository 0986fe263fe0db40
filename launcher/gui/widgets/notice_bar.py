"""Refusals and failures that belong to no field: one line at the top, gone by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.state_mark import StateMark

SHOWN_MS = 10_000


class NoticeBar(Card):
    """Shows the newest notice until it is closed or has been there for `SHOWN_MS`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn", parent)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setFont(theme.font())
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = Button(icon="close", name="Close this notice", kind="bare", small=True)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.WIDE, tokens.HAIR, tokens.TIGHT, tokens.HAIR)
        row.setSpacing(tokens.GAP)
        row.addWidget(StateMark(Tone.TROUBLE))
        row.addWidget(self.words, 1)
        row.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, words: str) -> None:
        """Show a notice; the one before gives way."""
        self.words.setText(words)
        self.setAccessibleName(words)
        self.show()
        self._timer.start(SHOWN_MS)
