"""A sentence that matters, with its remedy and the buttons that act on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card, Fill
from launcher.gui.widgets.state_mark import StateMark

_FILLS: dict[Tone, Fill] = {Tone.TROUBLE: "warn", Tone.FAILED: "fail"}


class Banner(Card):
    """Words in bold, a remedy below that can be selected, a Copy button for it, and others."""

    def __init__(
        self, tone: Tone, words: str, remedy: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(_FILLS.get(tone, "info"), parent)
        self.words = _text(words, bold=True)
        self.remedy = _text(remedy, bold=False)
        self._copied = ""
        self._mark = StateMark(tone)
        self._copy = Button("Copy", name="Copy the remedy", small=True)
        self._copy.clicked.connect(self._copy_remedy)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self.words)
        text.addWidget(self.remedy)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(tokens.WIDE, tokens.TIGHT + 2, tokens.GAP, tokens.TIGHT + 2)
        self._row.setSpacing(tokens.GAP)
        self._row.addWidget(self._mark)
        self._row.addLayout(text, 1)
        self._row.addWidget(self._copy)
        self.say(tone, words, remedy)

    def say(self, tone: Tone, words: str, remedy: str = "", copied: str = "") -> None:
        """Show other words; `copied` is the part of the remedy that Copy takes, all if ""."""
        self.set_fill(_FILLS.get(tone, "info"))
        self._mark.set_tone(tone)
        self.words.setText(words)
        self.remedy.setText(remedy)
        self.remedy.setVisible(bool(remedy))
        self._copy.setVisible(bool(remedy))
        self.setAccessibleName(f"{words} {remedy}".strip())
        self._copied = copied or remedy

    def add_button(self, button: Button) -> None:
        """Put a button at the end."""
        self._row.addWidget(button)

    def _copy_remedy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)


def _text(words: str, *, bold: bool) -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFont(theme.font(tokens.BODY if bold else tokens.SMALL, bold=bold))
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
