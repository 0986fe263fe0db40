"""One setting of the page: its name, what it does, its control, and the way back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.settings.value_edit import value_edit
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine
from launcher.settings import check_value
from launcher.settings.table import Entry


class SettingRow(QWidget):
    """Checks what is typed as it is typed.

    Signals: `chosen(object, object)` the entry and its new value; `reset_asked(object)` the entry.
    """

    chosen = Signal(object, object)
    reset_asked = Signal(object)

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.edit = value_edit(entry)
        self.title = QLabel(entry.title)
        self.title.setFont(theme.font())
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setBuddy(self.edit.control)
        self.words = QLabel(entry.words)
        self.words.setFont(theme.font(tokens.SMALL))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setForegroundRole(self.words.palette().ColorRole.Dark)
        self.words.setVisible(bool(entry.words))
        self.error = TextLine("", Tone.FAILED, tokens.SMALL)
        self.error.hide()
        self.reset = Button(
            icon="undo", name=f"{entry.title}: back to the default", kind="bare", small=True
        )
        # It keeps its room, so that nothing moves when a value changes.
        room = self.reset.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(room)
        self._lay_out()
        self.edit.typed.connect(self._check)
        self.edit.chosen.connect(self._choose)
        self.reset.clicked.connect(lambda: self.reset_asked.emit(self.entry))

    def show_value(self, value: Any, wrong: str) -> None:
        """Show what holds; `wrong` is what is wrong with the line in the file."""
        self.edit.show_value(value)
        if not self.edit.unfinished:
            self._say(wrong)
        changed = value != self.entry.default or bool(wrong)
        self.reset.setVisible(changed)

    def refuse(self, words: str) -> None:
        """Say why what was chosen does not stand in the file."""
        self._say(words)

    def forbid(self, why: str) -> None:
        """Show the setting greyed, with the reason: here it would do nothing."""
        self.edit.setEnabled(False)
        self.words.setText(why)
        self.words.show()
        self.edit.control.setAccessibleDescription(why)

    def _choose(self, value: Any) -> None:
        if self._check(value):
            self.chosen.emit(self.entry, value)

    def _check(self, value: Any) -> bool:
        if value is None:
            self._say("")
            return True
        try:
            check_value(self.entry.path, value)
        except ValueError as error:
            self._say(str(error))
            return False
        self._say("")
        return True

    def _say(self, words: str) -> None:
        text = f"{words[:1].upper()}{words[1:]}".rstrip(".?") + "." if words else ""
        self.error.say(text)
        self.error.setVisible(bool(text))
        self.edit.mark(wrong=bool(text))
        self.edit.control.setAccessibleDescription(text or self.entry.words)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(1)
        left.addWidget(self.title)
        left.addWidget(self.words)
        top = QHBoxLayout()
        top.setSpacing(tokens.TIGHT)
        top.addLayout(left, 1)
        top.addWidget(self.edit)
        top.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.TIGHT, tokens.GAP, tokens.TIGHT)
        column.setSpacing(2)
        column.addLayout(top)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(self.error)
        below.addSpacing(tokens.SMALL_CONTROL_HEIGHT + tokens.TIGHT)
        column.addLayout(below)
