"""The steps of one task, with their times, and what else is known of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.tasks import Task
from launcher.gui import theme, tokens
from launcher.gui.tasks.words import facts, step_words, time_of_day
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine


class TaskTimeline(QScrollArea):
    """Rebuilt only when the task changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Task | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The task's steps")
        self.viewport().setAutoFillBackground(False)
        self._room = QWidget()
        self._steps = _grid()
        self._facts = _grid()
        column = QVBoxLayout(self._room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.WIDE)
        column.addLayout(self._steps)
        column.addLayout(self._facts)
        column.addStretch()
        self.setWidget(self._room)
        self._room.setAutoFillBackground(False)  # setWidget has switched it on

    def show_task(self, task: Task) -> None:
        """Show the steps and facts of a task."""
        if task == self._shown:
            return
        same = self._shown is not None and self._shown.id == task.id
        place = self.verticalScrollBar().value() if same else 0
        self._shown = task
        _clear(self._steps)
        _clear(self._facts)
        began = task.steps[0].at if task.steps else 0.0
        for number, step in enumerate(task.steps):
            words, tone = step_words(step)
            passed = step.at - began
            when = f"+{passed:.3f} s" if number and 0 <= passed < 1_000 else time_of_day(step.at)
            self._add_step(number, when, tone, words)
        for number, (name, value) in enumerate(facts(task)):
            label = TextLine(name, "soft", tokens.SMALL)
            label.setFixedWidth(_TIME_WIDTH)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._facts.addWidget(label, number, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(_text(value), number, 2)
        self.verticalScrollBar().setValue(place)

    def _add_step(self, line: int, when: str, tone: Tone, words: str) -> None:
        time = TextLine(when, "soft", tokens.SMALL)
        time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        time.setFixedWidth(_TIME_WIDTH)
        text = _text(words)
        mark = StateMark(tone)
        for beside in (time, mark):
            beside.setFixedHeight(text.fontMetrics().height())
        self._steps.addWidget(time, line, 0, Qt.AlignmentFlag.AlignTop)
        self._steps.addWidget(mark, line, 1, Qt.AlignmentFlag.AlignTop)
        self._steps.addWidget(text, line, 2)


_TIME_WIDTH = 92


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(tokens.GAP)
    grid.setVerticalSpacing(tokens.TIGHT)
    grid.setColumnMinimumWidth(1, tokens.MARK + 2)
    grid.setColumnStretch(2, 1)
    return grid


def _clear(grid: QGridLayout) -> None:
    while item := grid.takeAt(0):
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()


def _text(words: str) -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    label.setFont(theme.font())
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
