"""The way of one mail, step by step, with its milliseconds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.mail.words import STEPS, clock, offset, outlook
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import MailRow, Step


class Timeline(QWidget):
    """Rebuilt only when a step was added."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(tokens.GAP)
        self._grid.setVerticalSpacing(tokens.TIGHT)
        self._grid.setColumnStretch(2, 1)
        self._shown: object = None

    def show_steps(self, row: MailRow, steps: tuple[Step, ...]) -> None:
        """Show the steps of a mail, and what it waits for."""
        waits = outlook(row)
        if (steps, waits) == self._shown:
            return
        self._shown = (steps, waits)
        while item := self._grid.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, step in enumerate(steps):
            words, tone = STEPS.get(step.event, (step.event.capitalize(), Tone.READY))
            when = offset(step) if number else clock(step.at, fine=True)
            self._add(number, when, tone, words, step.detail)
        if waits:
            self._add(len(steps), "", Tone.WAITING, waits, "")

    def _add(self, line: int, when: str, tone: Tone, words: str, detail: str) -> None:
        time = TextLine(when, "soft", tokens.SMALL)
        time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        time.setFixedWidth(86)
        text = QLabel(f"{words} · {detail}" if detail else words)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setFont(theme.font())
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        mark = StateMark(tone)
        # Beside the first of the lines that the words may take.
        top = Qt.AlignmentFlag.AlignTop
        for beside in (time, mark):
            beside.setFixedHeight(text.fontMetrics().height())
        self._grid.addWidget(time, line, 0, top)
        self._grid.addWidget(mark, line, 1, top)
        self._grid.addWidget(text, line, 2)
