"""Run a task by hand: which one, where it goes, and its arguments, checked before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.tasks import Task
from launcher.core.tasks_arguments import ArgumentsError, Signature, as_json
from launcher.core.tasks_workers import WorkerView
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.sheet import Sheet, sentence
from launcher.gui.tasks.arguments_form import ArgumentsForm
from launcher.gui.tasks.words import of_the_outbox
from launcher.gui.widgets.text_line import TextLine
from launcher.runtime.remote_control import RemoteControl

MAIL_RULE = (
    "A mail is sent only if it waits, and by one worker alone: this task claims its row first. One "
    "that was delivered is not sent twice by it."
)


@dataclass(frozen=True, slots=True)
class Call:
    """What a sheet begins with; `problem` says why arguments that are known cannot be shown."""

    name: str = ""
    args: str = ""
    kwargs: str = ""
    queue: str = ""
    problem: str = ""


def call_of(task: Task) -> Call:
    """The call that a task was, as far as its events tell."""
    try:
        return Call(task.name, as_json(task.args), as_json(task.kwargs), task.queue)
    except ArgumentsError as error:
        return Call(task.name, queue=task.queue, problem=str(error))


class RunSheet(Sheet):
    """Asks and publishes.

    Signals: `published(str)` the id of the task.
    """

    published = Signal(str)

    def __init__(
        self,
        control: RemoteControl,
        background: Background,
        workers: Sequence[WorkerView],
        call: Call,
        parent: QWidget,
    ) -> None:
        super().__init__("Run a task", parent, width=560)
        self._control = control
        self._background = background
        self._signatures: Mapping[str, Signature] = {}
        self._nodes = [view.name for view in workers]
        names = sorted({name for view in workers for name in view.tasks} | {call.name} - {""})
        queues = sorted({name for view in workers for name in view.queues} | {call.queue} - {""})
        self.task = _choice("Task", names, call.name, free=not workers)
        self.queue = _choice("Queue", queues, call.queue or _first(queues), free=True)
        self.form = ArgumentsForm()
        self.rule = sentence(MAIL_RULE)
        self.lost = sentence(call.problem)
        self.lost.setVisible(bool(call.problem))
        self.run = self.action("Run")
        self._lay_out()
        self.form.fill(call.args, call.kwargs)
        self.form.changed.connect(self._allow)
        self.task.currentTextChanged.connect(lambda _name: self._show_signature())
        self.queue.currentTextChanged.connect(lambda _name: self._allow())
        self.run.clicked.connect(self._publish)
        self._show_signature()
        self._background.run(
            self, lambda: control.signatures(self._nodes), self._take_signatures, self._failed
        )

    def _take_signatures(self, signatures: Mapping[str, Signature]) -> None:
        self._signatures = signatures
        self._show_signature()

    def _show_signature(self) -> None:
        name = self.task.currentText().strip()
        self.rule.setVisible(of_the_outbox(name))
        self.form.show_signature(self._signatures.get(name))
        self._allow()
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """Grow with what is said in it: wrapped words want more than Qt gives them by itself."""
        layout, width = self.layout(), max(self.width(), self.minimumWidth())
        if layout is not None and layout.totalHeightForWidth(width) > self.height():
            self.resize(width, layout.totalHeightForWidth(width))

    def _allow(self) -> None:
        named = bool(self.task.currentText().strip() and self.queue.currentText().strip())
        self.run.setEnabled(named and not self.form.problem)

    def _publish(self) -> None:
        name, queue = self.task.currentText().strip(), self.queue.currentText().strip()
        args, kwargs = self.form.read()
        self.run.setEnabled(False)
        self.say("Publishing…")
        self._background.run(
            self,
            lambda: self._control.publish(name, args, kwargs, queue),
            self._done,
            self._failed,
        )

    def _done(self, task_id: str) -> None:
        self.published.emit(task_id)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.say(str(error), wrong=True)
        self._allow()

    def _lay_out(self) -> None:
        where = QHBoxLayout()
        where.setSpacing(tokens.GAP)
        for words, box, stretch in (("Task", self.task, 3), ("Queue", self.queue, 2)):
            column = QVBoxLayout()
            column.setSpacing(tokens.HAIR)
            column.addWidget(TextLine(words, "soft", tokens.SMALL))
            column.addWidget(box)
            where.addLayout(column, stretch)
        self.body.addLayout(where)
        for widget in (self.rule, self.lost, self.form):
            self.body.addWidget(widget)


def _choice(name: str, values: Sequence[str], value: str, *, free: bool) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setEditable(free)
    box.addItems([*values])
    box.setMinimumHeight(tokens.CONTROL_HEIGHT)
    box.setMinimumContentsLength(12)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    if value in values:
        box.setCurrentText(value)
    return box


def _first(queues: Sequence[str]) -> str:
    """Celery's usual queue where it is there."""
    return "celery" if "celery" in queues else next(iter(queues), "")
