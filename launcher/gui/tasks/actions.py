"""What is done with one task; what cannot be undone is asked first.

A wake-up of a mail is never run again from here: its mail is sent again, by the outbox's rules.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from launcher.core.tasks import Task, TaskState
from launcher.core.tasks_arguments import read_args, read_kwargs
from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.words import addressees
from launcher.gui.session import Session
from launcher.gui.tasks.detail import TaskDetail
from launcher.gui.tasks.run_sheet import Call, RunSheet, call_of
from launcher.gui.tasks.words import mail_of, of_the_outbox, short_name
from launcher.mail import Mail

_ENDS_RUNNING = frozenset({"prefork", "eventlet", "gevent"})
"""Pools that can end a task in the middle (`terminate_job`)."""


class TaskActions(QWidget):
    """Does what the detail's buttons ask.

    Signals: `moved(str)` the id of the task to be looked at now; `changed()` something was asked of
    workers; `mail_moved(int)` the mail to be looked at; `notice_raised(str)`.
    """

    moved = Signal(str)
    changed = Signal()
    mail_moved = Signal(int)
    notice_raised = Signal(str)

    def __init__(
        self, session: Session, background: Background, detail: TaskDetail, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.hide()
        self._session = session
        self._background = background
        detail.again_asked.connect(self.again)
        detail.edit_asked.connect(lambda task: self.open_sheet(call_of(task)))
        detail.revoke_asked.connect(self.revoke)
        detail.resend_asked.connect(self.resend)

    def open_sheet(self, call: Call) -> None:
        """Ask what to run, beginning with a call."""
        tasks = self._session.tasks
        sheet = RunSheet(tasks.control, self._background, tasks.following.workers, call, self)
        sheet.published.connect(self._published)
        sheet.open()

    def again(self, task: Task) -> None:
        """Run it once more as it was, once that was confirmed; open the sheet where it is unclear
        what it was."""
        call = call_of(task)
        if call.problem or not call.queue:
            self.open_sheet(call)
            return
        words = (
            f"{short_name(task.name)} is published once more, as a new task, to the queue "
            f"{call.queue}. What it does is done again."
        )
        Confirm(self, "Run it again?", words, "Run again", lambda: self._publish(call)).open()

    def revoke(self, task: Task) -> None:
        """Have it not executed, or ended where that can be."""
        running = task.state is TaskState.RUNNING
        pools = {view.name: view.pool for view in self._session.tasks.following.workers}
        pool = pools.get(task.worker, "")
        if running and of_the_outbox(task.name):
            self.notice_raised.emit(
                "A worker is handing the mail over. Ended now, nobody would know whether it "
                "arrived: wait for its end, at most a minute or two."
            )
            return
        if running and pool not in _ENDS_RUNNING:
            how = f"The {pool} pool" if pool else "Its worker does not answer, so it"
            self.notice_raised.emit(
                f"{how} cannot end a task in the middle. It goes on to its end."
            )
            return
        words = "No worker will execute it."
        if running:
            words = "It is ended in the middle, wherever it is. What it has done stays done."
        elif mail_of(task.name, task.args) is not None:
            words = (
                "This takes back the message and not the mail, which is published again by the "
                "relay. To stop the mail itself, cancel it in the outbox."
            )
        Confirm(
            self,
            "End this task?" if running else "Revoke this task?",
            words,
            "End it" if running else "Revoke",
            lambda: self._run(
                lambda: self._session.tasks.control.revoke(task.id, terminate=running),
                lambda _none: self._asked_of_workers("Every worker was told to refuse this task."),
            ),
        ).open()

    def resend(self, mail: Mail) -> None:
        """Send a mail again, by the outbox's rules: a second sending is never silent."""
        people = addressees(mail.row.to)
        if mail.resend_asks:
            words = f"It may be with {people} already. Sent again, it may arrive twice."
        elif mail.row.state == "DELIVERED":
            words = f"It was delivered to {people}. A new mail with the same content is sent."
        else:
            words = f"It is queued again, for those of {people} who do not have it yet."

        def send() -> int:
            return self._session.mail.resend(mail.row.id, sure=mail.resend_asks).id

        def asked() -> None:
            self._run(send, self.mail_moved.emit)

        Confirm(self, "Send the mail again?", words, "Send again", asked).open()

    def run_now(self, call: Call) -> None:
        """Publish what beat would, without a question: beat does it all the time."""
        self._publish(call)

    def _publish(self, call: Call) -> None:
        args, kwargs = read_args(call.args), read_kwargs(call.kwargs)
        control = self._session.tasks.control
        self._run(lambda: control.publish(call.name, args, kwargs, call.queue), self._published)

    def _published(self, task_id: str) -> None:
        self.moved.emit(task_id)
        self._session.tasks.look()

    def _asked_of_workers(self, words: str) -> None:
        self.notice_raised.emit(words)
        self._session.tasks.look()
        self.changed.emit()

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(self, work, done, lambda error: self.notice_raised.emit(str(error)))
