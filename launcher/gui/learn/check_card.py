"""The question of a lesson: foretold before the run, judged by what the run showed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.lessons import Check
from launcher.gui import tokens
from launcher.gui.learn.choice_row import ChoiceRow
from launcher.gui.learn.paragraph import Paragraph
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.state_mark import StateMark


class CheckCard(Card):
    """Shows a Check.

    Signals: `chosen()` another choice was made; `understood()` the right one, after the run.
    """

    chosen = Signal()
    understood = Signal()

    def __init__(self, check: Check, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._check = check
        self._true = ""
        self.question = Paragraph(check.question, bold=True)
        self._group = QButtonGroup(self)
        self.rows = {choice.key: ChoiceRow(choice) for choice in check.choices}
        self.mark = StateMark(Tone.WAITING)
        self.verdict = Paragraph()
        self.hint = Paragraph("Say what you expect, then run it.", small=True)
        self._lay_out()
        for row in self.rows.values():
            self._group.addButton(row.radio)
            row.radio.clicked.connect(self._choose)

    @property
    def key(self) -> str:
        """Of the choice that is made, "" while none is."""
        return next((key for key, row in self.rows.items() if row.radio.isChecked()), "")

    def show_truth(self, key: str) -> None:
        """The run showed that this choice came true; "" before a run."""
        self._true = key
        self._judge()

    def _choose(self) -> None:
        self._judge()
        self.chosen.emit()

    def _judge(self) -> None:
        chosen = self._check.choice(self.key)
        judged = bool(self._true) and chosen is not None
        self._verdict.setVisible(judged)
        self.hint.setVisible(not self._true)
        if chosen is None or not judged:
            return
        right = chosen.key == self._true
        self.mark.set_tone(Tone.DONE if right else Tone.TROUBLE)
        begins = "That is what happened." if right else "Not what happened."
        ends = "" if right else " Choose again."
        self.verdict.say(f"{begins} {chosen.why}{ends}")
        if right:
            self.understood.emit()

    def _lay_out(self) -> None:
        self._verdict = QWidget()
        line = QHBoxLayout(self._verdict)
        line.setContentsMargins(2, tokens.HAIR, 0, 0)
        line.setSpacing(tokens.TIGHT)
        line.addWidget(self.mark)
        line.addWidget(self.verdict, 1)
        self._verdict.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        column.setSpacing(tokens.HAIR)
        column.addWidget(self.question)
        for row in self.rows.values():
            column.addWidget(row)
        column.addWidget(self.hint)
        column.addWidget(self._verdict)
