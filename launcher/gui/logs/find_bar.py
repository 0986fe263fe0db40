"""The bar above the lines: level, what is looked for, its matches, the errors."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.logs import Level
from launcher.gui import tokens
from launcher.gui.logs.filter_edit import FilterEdit
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine

LEVELS = {
    Level.DEBUG: "All levels",
    Level.INFO: "Info and up",
    Level.WARNING: "Warnings, errors",
    Level.ERROR: "Errors",
}


class FindBar(QWidget):
    """Says what is wanted; owns no lines.

    Signals: `level_chosen(object)` a Level; `match_asked(bool)` and `error_asked(bool)` the next
    one, with True the one before.
    """

    level_chosen = Signal(object)
    match_asked = Signal(bool)
    error_asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level = Button(LEVELS[Level.DEBUG], name="Lowest level shown", menu=True)
        self.text = FilterEdit()
        self.only = Segment("Only matches")
        self.only.setToolTip("Show the lines that match alone, or all and mark the matches")
        self.only.setChecked(True)
        self.matches = TextLine("", "soft")
        self.wrong = TextLine("", Tone.FAILED)
        self.previous_match = Button(icon="up", name="Previous match (Shift+F3)")
        self.next_match = Button(icon="follow", name="Next match (F3)")
        self.previous_error = Button(icon="previous", name="Previous error (Shift+F8)")
        self.next_error = Button("Next error", icon="next", name="Go to the next error (F8)")
        self.wrong.hide()
        self._lay_out()
        self._connect()

    def choose_level(self, level: Level) -> None:
        """Show which level is the lowest."""
        self.level.setText(LEVELS[level])
        self.level.setAccessibleName(f"Lowest level shown: {LEVELS[level]}")
        self.level.updateGeometry()

    def refuse(self, wrong: str) -> None:
        """Say what is wrong with what is looked for, "" for nothing."""
        self.text.refuse(wrong)
        self.wrong.say(wrong)
        self.wrong.setVisible(bool(wrong))

    def say_matches(self, words: str, *, any_match: bool) -> None:
        """Say how many lines match, and offer to go through the matches when there are any."""
        self.matches.say(words)
        looking = bool(self.text.text())
        for widget in (self.previous_match, self.next_match, self.only):
            widget.setVisible(looking)
        for button in (self.previous_match, self.next_match):
            button.setEnabled(any_match)

    def _connect(self) -> None:
        menu = QMenu(self)
        for level, words in LEVELS.items():
            action = QAction(words, menu)
            action.triggered.connect(partial(self.level_chosen.emit, level))
            menu.addAction(action)
        self.level.setMenu(menu)
        self.text.next_asked.connect(self.match_asked)
        for button, signal, back in (
            (self.previous_match, self.match_asked, True),
            (self.next_match, self.match_asked, False),
            (self.previous_error, self.error_asked, True),
            (self.next_error, self.error_asked, False),
        ):
            button.clicked.connect(partial(signal.emit, back))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(tokens.TIGHT)
        row.addWidget(self.level)
        row.addWidget(self.text, 1)
        for widget in (
            *(self.matches, self.previous_match, self.next_match, self.only),
            *(self.previous_error, self.next_error),
        ):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.HAIR)
        column.addLayout(row)
        column.addWidget(self.wrong)
