"""One task: its state, its steps, its arguments, what came of it, and what can be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from launcher.core.explain import Tone
from launcher.core.tasks import ENDED, Task, TaskState
from launcher.gui import tokens
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.words import STATE_TONES as MAIL_TONES
from launcher.gui.mail.words import STATE_WORDS as MAIL_WORDS
from launcher.gui.tasks.timeline import TaskTimeline
from launcher.gui.tasks.words import TONES, WHY, WORDS, mail_of
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Mail

TIMELINE, ARGUMENTS, RESULT, TRACEBACK = range(4)
_REVOCABLE = frozenset(
    {
        *(TaskState.WAITING, TaskState.RECEIVED, TaskState.SCHEDULED),
        *(TaskState.RETRYING, TaskState.RUNNING),
    }
)


class TaskDetail(Card):
    """Shows one Task, or that none is chosen.

    Signals: `again_asked(object)`, `edit_asked(object)` and `revoke_asked(object)` with the Task;
    `resend_asked(object)` with the Mail that it woke up; `mail_asked(int)` to see that mail.
    """

    again_asked = Signal(object)
    edit_asked = Signal(object)
    revoke_asked = Signal(object)
    resend_asked = Signal(object)
    mail_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.task: Task | None = None
        self.mail: Mail | None = None
        self.number: int | None = None
        self.title = TextLine("", scale=tokens.HEADING, bold=True)
        self.mark = StateMark()
        self.state = TextLine("", bold=True)
        self.mail_mark = StateMark()
        self.mail_state = TextLine("", "soft")
        self.show_mail = Button("Show the mail", small=True)
        self.why = Banner(Tone.TROUBLE, "")
        self.again = Button("Run again", icon="resend", name="Run again (Ctrl+R)", small=True)
        self.resend = Button(
            "Send again",
            icon="resend",
            name="Send the mail again, by the outbox's rules",
            small=True,
        )
        self.edit = Button(
            "Edit", icon="write", name="Run again with other arguments (Ctrl+E)", small=True
        )
        self.revoke = Button("Revoke", name="Revoke this task (Del)", small=True)
        self.timeline = TaskTimeline()
        self.arguments = TextPane("The task's arguments", code=True)
        self.result = TextPane("The task's result", code=True)
        self.traceback = TextPane("The task's traceback", code=True)
        self.views = QStackedWidget()
        self.parts: list[Segment] = []
        self._group = QButtonGroup(self)
        self._connect()
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show that no task is chosen."""
        self.task = self.mail = self.number = None
        self._stack.setCurrentIndex(0)

    def show_task(self, number: int, task: Task, mail: Mail | None) -> None:
        """Show a task as it stands now, with the mail that it woke up."""
        another = number != self.number
        self.number, self.task, self.mail = number, task, mail
        state = task.state
        tone = TONES[state]
        self.title.say(task.name or "(name not heard)")
        self.mark.set_tone(tone)
        self.state.say(WORDS[state], tone)
        self._say_why(task, tone)
        self._show_mail(task, mail)
        self.timeline.show_task(task)
        self.arguments.show_text(f"{task.args or '()'}\n{task.kwargs or '{}'}")
        self.result.show_text(task.result)
        self.traceback.show_text(task.traceback or task.exception)
        self.parts[RESULT].setVisible(bool(task.result))
        self.parts[TRACEBACK].setVisible(bool(task.traceback or task.exception))
        self._show_buttons(task, mail)
        if another:
            failed = state in (TaskState.FAILED, TaskState.RETRYING) and bool(task.traceback)
            self.show_part(TRACEBACK if failed else TIMELINE)
        elif self.parts[self._group.checkedId()].isHidden():
            self.show_part(TIMELINE)
        self._stack.setCurrentIndex(1)

    def show_part(self, part: int) -> None:
        """Turn to one part."""
        self.views.setCurrentIndex(part)
        self.parts[part].setChecked(True)

    def _say_why(self, task: Task, tone: Tone) -> None:
        state = task.state
        failed = state in (TaskState.FAILED, TaskState.RETRYING)
        words = task.exception.partition("\n")[0][:400] if failed else WHY.get(state, "")
        last = task.steps[-1].detail if task.steps and state is TaskState.LOST else ""
        self.why.setVisible(bool(words))
        if words:
            self.why.say(tone, f"{last} {words}".strip())

    def _show_mail(self, task: Task, mail: Mail | None) -> None:
        mail_id = mail_of(task.name, task.args)
        self._mail_row.setVisible(mail_id is not None)
        if mail_id is None:
            return
        state = mail.row.state if mail is not None else ""
        subject = (mail.row.subject or "(no subject)") if mail is not None else ""
        known = (
            f"{MAIL_WORDS.get(state, state)} · {subject}" if mail is not None else "not read yet"
        )
        self.mail_mark.set_tone(MAIL_TONES.get(state, Tone.OFF))
        self.mail_state.say(f"Mail {mail_id}: {known}")

    def _show_buttons(self, task: Task, mail: Mail | None) -> None:
        wakes_mail = mail_of(task.name, task.args) is not None
        over = task.state in ENDED or task.state in (TaskState.LOST, TaskState.UNKNOWN)
        self.again.setVisible(not wakes_mail)
        self.again.setEnabled(over and bool(task.name))
        self.resend.setVisible(wakes_mail)
        self.resend.setEnabled(mail is not None and mail.can.resend)
        self.edit.setEnabled(bool(task.name))
        self.revoke.setEnabled(task.state in _REVOCABLE)

    def _ask(self, signal: SignalInstance) -> None:
        if self.task is not None:
            signal.emit(self.task)

    def _ask_resend(self) -> None:
        if self.mail is not None:
            self.resend_asked.emit(self.mail)

    def _ask_mail(self) -> None:
        if self.task is not None:
            self.mail_asked.emit(mail_of(self.task.name, self.task.args) or 0)

    def _connect(self) -> None:
        self.again.clicked.connect(partial(self._ask, self.again_asked))
        self.edit.clicked.connect(partial(self._ask, self.edit_asked))
        self.revoke.clicked.connect(partial(self._ask, self.revoke_asked))
        self.resend.clicked.connect(self._ask_resend)
        self.show_mail.clicked.connect(self._ask_mail)

    def _lay_out(self) -> None:
        state = QHBoxLayout()
        state.setSpacing(tokens.TIGHT)
        state.addWidget(self.mark)
        state.addWidget(self.state)
        state.addStretch(1)
        for button in (self.again, self.resend, self.edit, self.revoke):
            state.addWidget(button)
        self._mail_row = QWidget()
        mail = QHBoxLayout(self._mail_row)
        mail.setContentsMargins(0, 0, 0, 0)
        mail.setSpacing(tokens.TIGHT)
        mail.addWidget(self.mail_mark)
        mail.addWidget(self.mail_state, 1)
        mail.addWidget(self.show_mail)
        bar = QWidget()
        flow = FlowLayout(bar)
        for number, (name, view) in enumerate(
            (
                ("Timeline", self.timeline),
                ("Arguments", self.arguments),
                ("Result", self.result),
                ("Traceback", self.traceback),
            )
        ):
            segment = Segment(name, small=True)
            segment.clicked.connect(partial(self.show_part, number))
            self._group.addButton(segment, number)
            self.parts.append(segment)
            flow.addWidget(segment)
            self.views.addWidget(view)
        self.parts[TIMELINE].setChecked(True)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        column.setSpacing(tokens.TIGHT)
        column.addWidget(self.title)
        column.addLayout(state)
        column.addWidget(self._mail_row)
        column.addWidget(self.why)
        column.addSpacing(tokens.HAIR)
        column.addWidget(bar)
        column.addSpacing(tokens.HAIR)
        column.addWidget(self.views, 1)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(EmptyState("No task chosen", "Its way and its end show here."))
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(room)
