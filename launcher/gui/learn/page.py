"""The Learn page: the course at the left, the lesson at the right, one run at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.lessons import Action, CodePlace, Lesson, Seen
from launcher.core.lessons_course import BY_ID, COURSE
from launcher.core.state import ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.learn.code_sheet import CodeSheet
from launcher.gui.learn.lesson_pane import LessonPane
from launcher.gui.learn.lesson_row import LessonRow
from launcher.gui.page import Page
from launcher.gui.services.fix_strip import FixStrip
from launcher.gui.session import Session
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.page_header import PageHeader
from launcher.learn import progress_file
from launcher.learn.running import run
from launcher.learn.stage import LessonError, Running, Tell
from launcher.runtime.repair import RABBITMQ

Run = Callable[[Action, Running, Tell, threading.Event], str]
NEEDS_RABBITMQ = "This lesson needs RabbitMQ: the embedded broker cannot show it."
NOT_KEPT = "What you have done of the lessons could not be kept"
OTHER_RUNS = "Another lesson is running"


class LearnPage(Page):
    """The course.

    Signals: `lab_asked(object)` a Lab is to be opened in the Exchange lab.
    Private: `_told(str, object)` what a lesson's run saw, from its thread.
    """

    lab_asked = Signal(object)
    _told = Signal(str, object)

    def __init__(
        self,
        session: Session,
        background: Background,
        parent: QWidget | None = None,
        *,
        carry_out: Run = run,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._carry_out = carry_out
        self._home = Path(session.home)
        self._leave = threading.Event()
        self._running = ""
        self.progress = progress_file.load(self._home)
        self.header = PageHeader("Learn")
        self.rows: dict[str, LessonRow] = {}
        self.panes: dict[str, LessonPane] = {}
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget()
        self._lay_out()
        self._told.connect(self._show_seen, Qt.ConnectionType.QueuedConnection)
        if (app := QCoreApplication.instance()) is not None:
            # Who closes the window waits for what works in the background.
            app.aboutToQuit.connect(self._leave.set)
        self.open(self.progress.last or COURSE[0].id)

    @property
    def pane(self) -> LessonPane:
        """The lesson that is shown."""
        return self.panes[self.progress.last]

    def open(self, lesson: str) -> None:
        """Show a lesson, by its id."""
        if lesson not in self.panes:
            self.panes[lesson] = self._make(BY_ID[lesson])
            self._stack.addWidget(self.panes[lesson])
        self.progress = self.progress.opened(lesson)
        self._stack.setCurrentWidget(self.panes[lesson])
        self.rows[lesson].setChecked(True)
        self._show_progress()
        # Which lesson was open last is worth no words when it cannot be kept.
        self._keep(lambda _error: None)
        self.show_statuses(self._session.statuses())

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Lessons can be run once what they need is ready."""
        for pane in self.panes.values():
            pane.allow(self._why_not(pane.lesson, statuses))

    def showEvent(self, event: QShowEvent) -> None:
        """Take in how the services stand."""
        super().showEvent(event)
        self.show_statuses(self._session.statuses())

    def _why_not(self, lesson: Lesson, statuses: Mapping[str, ServiceStatus]) -> str:
        if lesson.needs_rabbitmq and self._session.broker is BrokerMode.EMBEDDED:
            return "Needs RabbitMQ"
        if self._running:
            return OTHER_RUNS
        specs = self._session.specs()
        missing = [
            specs[name].title
            for name in lesson.services
            if name in specs and (name not in statuses or not statuses[name].satisfies)
        ]
        return f"Not ready: {', '.join(missing)}. See the Services page" if missing else ""

    # -- one run at a time ----------------------------------------------------------------------

    def _run(self, lesson: Lesson) -> None:
        if self._running:
            return
        self._running = lesson.id
        self.panes[lesson.id].begin()
        self.show_statuses(self._session.statuses())
        self._background.run(
            self,
            lambda: self._carry_out(
                lesson.action,
                self._session,
                lambda seen: self._tell(lesson.id, seen),
                self._leave,
            ),
            # Queued behind what was told, as they travel from the same thread.
            lambda key: self._end(lesson, key),
            lambda error: self._failed(lesson, error),
        )

    def _tell(self, lesson: str, seen: Seen) -> None:
        """On the run's thread; the window may have been built anew meanwhile."""
        if shiboken6.isValid(self):
            self._told.emit(lesson, seen)

    def _show_seen(self, lesson: str, seen: Seen) -> None:
        if lesson in self.panes:
            self.panes[lesson].add(seen)

    def _end(self, lesson: Lesson, key: str) -> None:
        self._running = ""
        if lesson.check.choice(key) is None:
            words = "What happened is none of the answers."
            self.panes[lesson.id].end("", words, "Read what was seen, and run it again.")
        else:
            self.panes[lesson.id].end(key)
        self.show_statuses(self._session.statuses())

    def _failed(self, lesson: Lesson, error: Exception) -> None:
        self._running = ""
        if isinstance(error, LessonError):
            self.panes[lesson.id].end("", error.words, error.remedy)
        else:
            words = f"The lesson failed: {error}."
            self.panes[lesson.id].end("", words, "Look at the Services page, then run it again.")
        self.show_statuses(self._session.statuses())

    # -- progress -------------------------------------------------------------------------------

    def _finish(self, lesson: str) -> None:
        if lesson not in self.progress.done:
            self.progress = self.progress.with_done(lesson)
            self._show_progress()
            self._keep(lambda error: self.notice_raised.emit(f"{NOT_KEPT}: {error}."))

    def _show_progress(self) -> None:
        done = self.progress.done
        for lesson, row in self.rows.items():
            row.set_done(done=lesson in done)
        words = f"{len(done)} of {len(COURSE)} done"
        self.header.summary.say(f"{words} · each answer is what your own services do")

    def _keep(self, failed: Callable[[Exception], None]) -> None:
        progress = self.progress
        self._background.run(
            self,
            lambda: progress_file.save(self._home, progress),
            lambda _none: None,
            failed,
        )

    # -- its parts ------------------------------------------------------------------------------

    def _make(self, lesson: Lesson) -> LessonPane:
        install = FixStrip(self._session.fix, self._background)
        pane = LessonPane(lesson, install)
        if lesson.needs_rabbitmq and self._session.broker is BrokerMode.EMBEDDED:
            remedy = self._session.broker_remedy
            group = RABBITMQ if remedy else ""
            words = remedy or "The settings ask for the embedded broker: change broker there."
            install.offer(Tone.OUTSIDE, NEEDS_RABBITMQ, words, group, "Install RabbitMQ")
            install.show()
        install.restart_asked.connect(self._open_again)
        pane.run_asked.connect(lambda: self._run(lesson))
        pane.understood.connect(lambda: self._finish(lesson.id))
        pane.code_asked.connect(self._show_code)
        pane.lab_asked.connect(self.lab_asked)
        return pane

    def _show_code(self, place: CodePlace) -> None:
        CodeSheet(place, self._background, self).open()

    def _open_again(self) -> None:
        """What was installed is found by another run on the same home."""
        self._session.open_again()
        self.window().close()

    def _lay_out(self) -> None:
        course = Card()
        column = QVBoxLayout(course)
        column.setContentsMargins(tokens.TIGHT, tokens.TIGHT, tokens.TIGHT, tokens.TIGHT)
        column.setSpacing(2)
        for number, lesson in enumerate(COURSE, 1):
            row = self.rows[lesson.id] = LessonRow(number, lesson.title)
            self._group.addButton(row)
            row.clicked.connect(lambda _checked=False, each=lesson.id: self.open(each))
            column.addWidget(row)
        left = QVBoxLayout()
        left.addWidget(course)
        left.addStretch()
        across = QHBoxLayout()
        across.setContentsMargins(tokens.PAGE, 0, tokens.GAP, 0)
        across.setSpacing(tokens.GAP)
        across.addLayout(left)
        across.addWidget(self._stack, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, tokens.PAGE - 4, 0, 0)
        whole.setSpacing(tokens.GAP)
        self.header.setContentsMargins(tokens.PAGE, 0, tokens.PAGE, 0)
        whole.addWidget(self.header)
        whole.addLayout(across, 1)
