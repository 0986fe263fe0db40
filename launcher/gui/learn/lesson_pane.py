"""One lesson, from its words to the commands."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from launcher.core.lessons import Lesson, Seen
from launcher.gui import tokens
from launcher.gui.learn.by_hand_card import ByHandCard
from launcher.gui.learn.check_card import CheckCard
from launcher.gui.learn.code_card import CodeCard
from launcher.gui.learn.paragraph import Paragraph
from launcher.gui.learn.run_card import RunCard
from launcher.gui.services.fix_strip import FixStrip
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_line import TextLine

WIDTH = 760
FIRST_CHOOSE = "First say what you expect"


class LessonPane(QScrollArea):
    """Shows a Lesson.

    Signals: `run_asked()`; `understood()` the right choice, after the run; `code_asked(object)` a
    CodePlace; `lab_asked(object)` a Lab.
    """

    run_asked = Signal()
    understood = Signal()
    code_asked = Signal(object)
    lab_asked = Signal(object)

    def __init__(self, lesson: Lesson, install: FixStrip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lesson = lesson
        self._why_not = ""
        self._runs = False
        self.check = CheckCard(lesson.check)
        self.run = RunCard(lesson)
        self.code = CodeCard(lesson.code)
        self.by_hand = ByHandCard(lesson.by_hand)
        self.install = install
        self.install.hide()
        self._lay_out()
        self.check.chosen.connect(self._allow)
        self.check.understood.connect(self.understood)
        self.run.button.clicked.connect(self.run_asked)
        self.run.go_on.clicked.connect(lambda: self.lab_asked.emit(lesson.lab))
        self.code.asked.connect(self.code_asked)
        self._allow()

    def allow(self, why_not: str) -> None:
        """Let it be run, or say why it cannot be now."""
        self._why_not = why_not
        self._allow()

    def begin(self) -> None:
        """The action begins."""
        self._runs = True
        self.check.show_truth("")
        self.run.begin()

    def add(self, seen: Seen) -> None:
        """The action has shown something."""
        self.run.add(seen)

    def end(self, key: str, words: str = "", remedy: str = "") -> None:
        """The action is over: the choice that came true, or why there is none."""
        self._runs = False
        self.run.end(words, remedy)
        self.check.show_truth(key)
        self._allow()

    def _allow(self) -> None:
        if not self._runs:
            self.run.allow(self._why_not or ("" if self.check.key else FIRST_CHOOSE))

    def _lay_out(self) -> None:
        words = Card()
        inside = QVBoxLayout(words)
        inside.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.WIDE)
        inside.setSpacing(tokens.GAP)
        inside.addWidget(TextLine(self.lesson.title, scale=tokens.HEADING, bold=True))
        for each in self.lesson.words:
            inside.addWidget(Paragraph(each))
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(2, 2, tokens.GAP, tokens.PAGE)
        column.setSpacing(tokens.GAP)
        for widget in (words, self.install, self.check, self.run, self.code, self.by_hand):
            column.addWidget(widget)
        column.addStretch()
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(self.focusPolicy().NoFocus)
