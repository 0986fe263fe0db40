"""The Tasks page: the list of tasks, the workers, and beat's schedule."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.spec import Link, ServiceSpec
from launcher.core.state import ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.tasks.actions import TaskActions
from launcher.gui.tasks.list_pane import TaskListPane
from launcher.gui.tasks.run_sheet import Call
from launcher.gui.tasks.schedule_pane import SchedulePane
from launcher.gui.tasks.workers_pane import WorkersPane
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.segment import Segment
from launcher.gui.words import counted

TASKS, WORKERS, SCHEDULE = range(3)
EMBEDDED = (
    "The embedded broker has no dashboard, and does not bring a message again whose worker died: "
    "such a task is lost, though its mail is not. All else works as with RabbitMQ."
)


class TasksPage(Page):
    """Three panes, one shown.

    Signals: `mail_asked(int)` to see this mail in the outbox.
    """

    mail_asked = Signal(int)

    def __init__(
        self, session: Session, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self.header = PageHeader("Tasks")
        self.run = Button("Run a task", name="Run a task by hand (Ctrl+Shift+R)")
        self.flower = Button("Flower", icon="open", name="Open Flower, signed in")
        self.rabbitmq = Button("RabbitMQ", icon="open", name="Open RabbitMQ's dashboard, signed in")
        self.banner = Banner(Tone.TROUBLE, "")
        self.embedded = Banner(Tone.WAITING, EMBEDDED)
        self.list = TaskListPane(session, background)
        self.workers = WorkersPane(session, background)
        self.schedule = SchedulePane(session)
        self.acts = TaskActions(session, background, self.list.detail, self)
        self.stack = QStackedWidget()
        self.tabs: list[Segment] = []
        self._group = QButtonGroup(self)
        self._unavailable = ""
        self._lay_out()
        self._connect()
        self.show_pane(TASKS)
        self.show_statuses(session.statuses())
        self._say()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Offer the pages of what is up."""
        specs = self._session.specs()
        for name, button in (("flower", self.flower), ("rabbitmq", self.rabbitmq)):
            link = _link(specs.get(name))
            status = statuses.get(name)
            button.setVisible(link is not None)
            button.setEnabled(status is not None and status.satisfies)

    def show_pane(self, pane: int) -> None:
        """Turn to the tasks, the workers or the schedule."""
        self.stack.setCurrentIndex(pane)
        self.tabs[pane].setChecked(True)

    def show_task(self, task_id: str) -> None:
        """Show one task in the list."""
        self.show_pane(TASKS)
        self.list.show_task(task_id)

    def _say_unavailable(self, words: str) -> None:
        self._unavailable = words
        self._say()

    def _say(self) -> None:
        """The most basic trouble first; beside the title how things stand."""
        following = self._session.tasks.following
        events = following.events
        words = self._unavailable or following.history or following.trouble or events.problem
        if not words and events.clocks:
            words = events.clocks
        self.banner.setVisible(bool(words))
        self.banner.say(Tone.TROUBLE, words)
        busy = sum(view.active for view in following.workers)
        parts = [counted(len(following.workers), "worker")] if following.workers else []
        parts += [f"{busy:,} running"] if busy else []
        if not following.begun:
            parts = ["followed from the first ready worker on"]
        elif not events.connected and not words:
            parts = ["connecting"]
        self.header.summary.say(" · ".join(parts))

    def _open(self, service: str) -> None:
        link = _link(self._session.specs().get(service))
        if link is None:
            return
        self._background.run(
            self,
            lambda: self._session.login_link(service, link),
            self._browse,
            lambda error: self.notice_raised.emit(f"{link.label} cannot be opened: {error}"),
        )

    def _browse(self, url: str) -> None:
        if not QDesktopServices.openUrl(QUrl(url)):
            self.notice_raised.emit("No browser was found to open it with.")

    def _connect(self) -> None:
        self._group.idClicked.connect(self.show_pane)
        self.run.clicked.connect(lambda: self.acts.open_sheet(Call()))
        self.flower.clicked.connect(lambda: self._open("flower"))
        self.rabbitmq.clicked.connect(lambda: self._open("rabbitmq"))
        self.acts.moved.connect(self.show_task)
        self.acts.changed.connect(self.list.look)
        self.acts.mail_moved.connect(self.mail_asked)
        self.acts.notice_raised.connect(self.notice_raised)
        self.list.detail.mail_asked.connect(self.mail_asked)
        self.list.looked.connect(self._say)
        self.schedule.run_asked.connect(self.acts.run_now)
        for pane in (self.list, self.workers, self.schedule):
            pane.notice_raised.connect(self.notice_raised)
            pane.unavailable.connect(self._say_unavailable)
        for keys, call in (
            ("Ctrl+F", self.list.search.setFocus),
            ("Ctrl+Shift+R", self.run.click),
            ("Alt+1", lambda: self.show_pane(TASKS)),
            ("Alt+2", lambda: self.show_pane(WORKERS)),
            ("Alt+3", lambda: self.show_pane(SCHEDULE)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(call)

    def _lay_out(self) -> None:
        for button in (self.flower, self.rabbitmq, self.run):
            self.header.add(button)
        for pane, (text, tip, widget) in enumerate(
            (
                ("Tasks", "Every task that was seen (Alt+1)", self.list),
                ("Workers", "Pools, load and queues (Alt+2)", self.workers),
                ("Schedule", "What beat publishes, and when (Alt+3)", self.schedule),
            )
        ):
            segment = Segment(text)
            segment.setToolTip(tip)
            self._group.addButton(segment, pane)
            self.tabs.append(segment)
            self.header.add(segment)
            self.stack.addWidget(widget)
        self.embedded.setVisible(self._session.broker is BrokerMode.EMBEDDED)
        page = QVBoxLayout(self)
        page.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        page.setSpacing(tokens.GAP)
        page.addWidget(self.header)
        page.addWidget(self.embedded)
        page.addWidget(self.banner)
        page.addWidget(self.stack, 1)


def _link(spec: ServiceSpec | None) -> Link | None:
    return spec.links[0] if spec is not None and spec.links else None
