"""The window: arranges navigation and pages, and carries a close through to the ordered stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from launcher.core.logs import Level
from launcher.core.spec import ProbeKind
from launcher.core.state import ServiceState, ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.bridge import Bridge
from launcher.gui.icon import app_icon
from launcher.gui.navigation import Navigation
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.words import stop_summary

if TYPE_CHECKING:
    from launcher.gui.crash_page import CrashPage

SERVICES, LOGS, MAIL, TASKS, FLOW, LAB, LEARN, SETTINGS, FIRST_RUN = range(9)
LAST_WORDS_MS = 3_000
"""How long the window stays to be read when not everything could be ended."""


class Window(QWidget):
    """The one window.

    With `frame_first` its frame alone is made, and `begin` builds the rest once that was painted.

    Signals: `painted()` the first picture is drawn; `finished()` everything has stopped, or was
    ended: the program may go; `settings_changed()` the file says something else;
    `restart_asked()` this window is to be built anew, the services go on. Private:
    `_…_wanted`, to pages that are built on demand.
    """

    painted = Signal()
    finished = Signal()
    settings_changed = Signal()
    restart_asked = Signal()
    _log_wanted = Signal(str, object)
    _lines_wanted = Signal(int)
    _words_wanted = Signal(str)
    _outbox_wanted = Signal(int)
    _mail_wanted = Signal()
    _caught_wanted = Signal(int)
    _storage_wanted = Signal()
    _link_wanted = Signal(str)
    _lab_wanted = Signal(object)

    def __init__(self, session: Session, *, frame_first: bool = False) -> None:
        super().__init__()
        self._session = session
        self._closing = False
        self._asked = False
        self._quitting = False
        self.stays: Callable[[], bool] = lambda: False
        self._finished = False
        self._painted = False
        self._begun = False
        self._follows = False
        self._crash: CrashPage | None = None
        self.bridge = Bridge(session, self)
        self.background = Background(self)
        self.setWindowTitle("Celery Launcher")
        self.setMinimumSize(860, 560)
        self.resize(QSize(1180, 760).boundedTo(self.screen().availableSize()))
        self.navigation = Navigation(
            [
                ("Services", "services"),
                ("Logs", "logs"),
                ("Mail", "mail"),
                ("Tasks", "tasks"),
                ("Flow", "flow"),
                ("Exchange lab", "lab"),
                ("Learn", "learn"),
                ("Settings", "settings"),
            ],
            session.version,
        )
        self.stack = QStackedWidget()
        self._makers: dict[int, Callable[[], Page]] = {
            SERVICES: self._make_services,
            LOGS: self._make_logs,
            MAIL: self._make_mail,
            TASKS: self._make_tasks,
            FLOW: self._make_flow,
            LAB: self._make_lab,
            LEARN: self._make_learn,
            SETTINGS: self._make_settings,
            FIRST_RUN: self._make_first_run,
        }
        self._pages: dict[int, Page] = {}
        self._lay_out()
        self.navigation.choose(SERVICES)
        self.bridge.quit_asked.connect(self._begin_close)
        self.bridge.stopped.connect(self._finish)
        if frame_first:
            self.painted.connect(self.begin, Qt.ConnectionType.QueuedConnection)
        else:
            self.begin()

    def begin(self) -> None:
        """Build what the frame has room for, and listen; only the first call does anything."""
        if self._begun:
            return
        self._begun = True
        from launcher.gui.actions.of_window import offer  # noqa: PLC0415 - as below
        from launcher.gui.degraded_strip import DegradedStrip  # noqa: PLC0415 - the same
        from launcher.gui.settings.watch import SettingsWatch  # noqa: PLC0415 - the same
        from launcher.gui.stop_overlay import StopOverlay  # noqa: PLC0415 - after the first picture
        from launcher.gui.widgets.notice_bar import NoticeBar  # noqa: PLC0415 - the same

        self.setWindowIcon(app_icon())
        self.notice = NoticeBar()
        self._shelf.addWidget(self.notice)
        self.degraded = DegradedStrip()
        self.degraded.mend_asked.connect(self._show_where_to_mend)
        self._shelf.addWidget(self.degraded)
        self.overlay = StopOverlay(self)
        self.overlay.end_now_asked.connect(self._end_now)
        self.navigation.chosen.connect(self.show_page)
        self.bridge.statuses_changed.connect(self._show_statuses)
        self.bridge.notice_raised.connect(self.notice.say)
        self.bridge.raise_asked.connect(self.come_forward)
        self.commands = offer(self, self._session)
        self.stack.currentChanged.connect(self._bind_text_keys)
        self.settings = SettingsWatch(self._session.settings.file, self.background, self)
        self.settings.changed.connect(self.settings_changed)
        self.settings.failed.connect(self.notice.say)
        self.show_page(FIRST_RUN if self._session.first_run else SERVICES)
        self._show_statuses(self._session.statuses())
        QTimer.singleShot(0, self, self._ask_password)

    def page(self, index: int) -> Page:
        """The page, built when it is first asked for."""
        made = self._pages.get(index)
        if made is None:
            made = self._pages[index] = self._makers[index]()
            self.stack.addWidget(made)
        return made

    def show_page(self, index: int) -> None:
        """Turn to a page."""
        if self._closing:
            return
        self.stack.setCurrentWidget(self.page(index))
        self.navigation.choose(index)

    @property
    def open_pages(self) -> Mapping[int, Page]:
        """Those that were built, by their index."""
        return self._pages

    @property
    def closing(self) -> bool:
        """Whether everything is being stopped."""
        return self._closing

    def show_error(self, trace: str, count: int) -> None:
        """Show what nobody expected, met `count` times so far."""
        if self._closing or self._finished:
            return
        if self._crash is None:
            from launcher.gui.crash_page import CrashPage  # noqa: PLC0415 - hopefully never

            self._crash = CrashPage(self)
            self._crash.restart_asked.connect(self.restart_asked)
        self._crash.say(trace, count)

    def leave(self) -> Background:
        """Let go of the session, whose services go on; gives back what still works for it."""
        self._finished = True
        self.bridge.close()
        if self._begun:
            self.settings.close()
        self.background.setParent(None)
        return self.background

    def come_forward(self) -> None:
        """Show the window above the others, as a second start asks."""
        self.setWindowState(
            (self.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive
        )
        self.show()
        self.raise_()
        self.activateWindow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell of the first picture."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop everything first; the second close offers to end it, the third does."""
        if self._finished:
            event.accept()
            return
        event.ignore()
        if not self._closing and not self._quitting and self.stays():
            self.hide()
        elif not self._closing:
            self._begin_close()
        elif not self._asked:
            self._asked = True
            self.overlay.ask()
        else:
            self._end_now()

    def quit(self) -> None:
        """Close for good, even where a close only hides the window."""
        self._quitting = True
        self.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlay over everything."""
        super().resizeEvent(event)
        if self._begun:
            self.overlay.resize(self.size())

    def _begin_close(self) -> None:
        if self._closing:
            return
        self.begin()
        self._closing = True
        statuses = self._session.statuses()
        if any(status.alive for status in statuses.values()):
            self.navigation.setEnabled(False)
            self.stack.setEnabled(False)
            self.overlay.say(stop_summary(self._session.specs(), statuses))
            self.overlay.begin()
        else:
            self.hide()
        self._session.quit(self.bridge.stopped.emit)

    def _end_now(self) -> None:
        self.overlay.end_now.setEnabled(False)
        self.overlay.say("Ending what still runs.")
        self.background.run(
            self,
            self._session.force_quit,
            lambda _none: self._finish(),
            self._ending_failed,
        )

    def _ending_failed(self, error: Exception) -> None:
        self.overlay.say(f"Not everything could be ended: {error}")
        # The guard process ends what is left when this one goes.
        QTimer.singleShot(LAST_WORDS_MS, self, self._finish)

    def _finish(self) -> None:
        if not self._finished:
            self._finished = True
            self.bridge.close()
            if self._begun:
                self.settings.close()
            self.close()
            self.finished.emit()

    def _show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        failed = sum(status.state is ServiceState.FAILED for status in statuses.values())
        self.navigation.buttons[SERVICES].set_badge(failed)
        self.degraded.show_statuses(statuses)
        if self._closing:
            self.overlay.say(stop_summary(self._session.specs(), statuses))
            return
        for page in self._pages.values():
            page.show_statuses(statuses)
        self._follow_tasks(statuses)

    def _follow_tasks(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """From the first ready worker on, whether or not their page was opened."""
        specs = self._session.specs()
        if not self._follows and any(
            status.satisfies and name in specs and specs[name].probe.kind is ProbeKind.WORKER_PING
            for name, status in statuses.items()
        ):
            self._follows = True
            # Asked for, they are followed.
            QTimer.singleShot(0, self, lambda: self._session.tasks)

    def _bind_text_keys(self) -> None:
        # There the same keys are for the lines alone.
        on_logs = self.stack.currentWidget() is self._pages.get(LOGS)
        for name in ("text.larger", "text.smaller", "text.normal"):
            self.commands.bind(name, bound=not on_logs)

    def _make_services(self) -> Page:
        from launcher.gui.services.page import ServicesPage  # noqa: PLC0415 - when first seen

        page = ServicesPage(self._session, self.background)
        page.log_asked.connect(self.show_log)
        self._link_wanted.connect(page.open_links)
        page.notice_raised.connect(self.notice.say)
        return page

    def _make_logs(self) -> Page:
        from launcher.gui.logs.page import LogsPage  # noqa: PLC0415 - when first seen

        page = LogsPage(self._session, self.background)
        page.notice_raised.connect(self.notice.say)
        page.mail_asked.connect(self._show_mail)
        self._log_wanted.connect(page.show_service)
        self._lines_wanted.connect(page.show_mail_lines)
        self._words_wanted.connect(page.show_text)
        return page

    def _make_mail(self) -> Page:
        from launcher.gui.mail.page import MailPage  # noqa: PLC0415 - when first seen

        page = MailPage(self._session, self.background)
        page.notice_raised.connect(self.notice.say)
        page.mail_server_asked.connect(self.show_mail_servers)
        page.logs_asked.connect(self._show_mail_lines)
        self._mail_wanted.connect(page.write_new)
        self._outbox_wanted.connect(page.show_in_outbox)
        self._caught_wanted.connect(page.show_in_inbox)
        return page

    def _make_lab(self) -> Page:
        from launcher.gui.lab.page import LabPage  # noqa: PLC0415 - when first seen

        page = LabPage(self._session, self.background)
        page.notice_raised.connect(self.notice.say)
        self._lab_wanted.connect(page.desk.begin)
        return page

    def _make_learn(self) -> Page:
        from launcher.gui.learn.page import LearnPage  # noqa: PLC0415 - when first seen

        page = LearnPage(self._session, self.background)
        page.notice_raised.connect(self.notice.say)
        page.lab_asked.connect(self._show_lab)
        return page

    def _make_tasks(self) -> Page:
        from launcher.gui.tasks.page import TasksPage  # noqa: PLC0415 - when first seen

        page = TasksPage(self._session, self.background)
        page.notice_raised.connect(self.notice.say)
        page.mail_asked.connect(self._show_mail)
        return page

    def _make_flow(self) -> Page:
        from launcher.gui.flow.page import FlowPage  # noqa: PLC0415 - when first seen

        page = FlowPage(self._session, self.background)
        page.notice_raised.connect(self.notice.say)
        page.mail_asked.connect(self._show_mail)
        page.mail_lines_asked.connect(self._show_mail_lines)
        page.lines_asked.connect(self._show_lines_of)
        return page

    def _make_settings(self) -> Page:
        from launcher.gui.settings.page import SettingsPage  # noqa: PLC0415 - when first seen
        from launcher.gui.tray import NO_TRAY, available  # noqa: PLC0415 - the same

        page = SettingsPage(self._session, self.background, self.settings)
        page.notice_raised.connect(self.notice.say)
        page.mail_servers_asked.connect(self.show_mail_servers)
        page.start_over_asked.connect(self.show_start_over)
        page.about_asked.connect(self.show_about)
        page.restart_asked.connect(self._restart)
        self._storage_wanted.connect(page.show_storage)
        if not available():
            page.rows["close_to_tray"].forbid(NO_TRAY)
        page.first_steps_asked.connect(lambda: self.show_page(FIRST_RUN))
        return page

    def _make_first_run(self) -> Page:
        from launcher.gui.first_run.page import FirstRunPage  # noqa: PLC0415 - when first seen

        page = FirstRunPage(self._session, self.background)
        page.notice_raised.connect(self.notice.say)
        page.skipped.connect(self._skip_first_steps)
        page.mail_opened.connect(self._open_first_mail)
        page.writing_asked.connect(self.write_mail)
        return page

    def _skip_first_steps(self) -> None:
        self._session.first_steps_done()
        self.show_page(SERVICES)

    def _open_first_mail(self, caught_id: int) -> None:
        self._session.first_steps_done()
        self.show_page(MAIL)
        self._caught_wanted.emit(caught_id)

    def _show_mail_lines(self, mail_id: int) -> None:
        self.show_page(LOGS)
        self._lines_wanted.emit(mail_id)

    def _show_lines_of(self, words: str) -> None:
        self.show_page(LOGS)
        self._words_wanted.emit(words)

    def _show_lab(self, lab: object) -> None:
        self.show_page(LAB)
        self._lab_wanted.emit(lab)

    def _show_mail(self, mail_id: int) -> None:
        self.show_page(MAIL)
        self._outbox_wanted.emit(mail_id)

    def show_log(self, service: str, level: Level) -> None:
        """Turn to the lines of a service, from a level up."""
        self.show_page(LOGS)
        self._log_wanted.emit(service, level)

    def show_mail_servers(self) -> None:
        """Open the sheet of mail servers."""
        from launcher.gui.smtp.servers_sheet import MailServersSheet  # noqa: PLC0415 - when asked

        sheet = MailServersSheet(self._session.mail_servers, self.background, self)
        sheet.told.connect(self.notice.say)
        sheet.open()

    def show_start_over(self) -> None:
        """Ask how far starting over goes."""
        from launcher.gui.settings.start_over_sheet import StartOverSheet  # noqa: PLC0415 - as above

        sheet = StartOverSheet(self._session, self.background, self)
        sheet.finished_with.connect(self.notice.say)
        sheet.open()

    def show_about(self) -> None:
        """Show versions and licences."""
        from launcher.gui.about import AboutSheet  # noqa: PLC0415 - as above

        AboutSheet(self._session, self.background, self).open()

    def show_diagnostics(self) -> None:
        """Show what would help somebody else to see what is wrong, to be saved or copied."""
        from launcher.gui.diagnostics_sheet import DiagnosticsSheet  # noqa: PLC0415 - as above

        DiagnosticsSheet(self._session, self.background, self).open()

    def _show_where_to_mend(self, service: str, what: str) -> None:
        if what == "disk":
            self.show_page(SETTINGS)
            self._storage_wanted.emit()
        else:
            self.show_page(SERVICES)
            self._link_wanted.emit(service)

    def _restart(self) -> None:
        """Close in order, and open again: another kind of broker makes another run."""
        self._session.open_again()
        self.quit()

    def _ask_password(self) -> None:
        """Without it no mail goes out; one after the other."""
        missing = self._session.mail_servers.missing
        if not missing or self._closing:
            return
        from launcher.gui.smtp.password_sheet import PasswordSheet  # noqa: PLC0415 - when missing

        servers = self._session.mail_servers
        sheet = PasswordSheet(servers, servers.profiles[missing[0]], self.background, self)
        sheet.accepted.connect(self._ask_password)
        sheet.open()

    def write_mail(self) -> None:
        """Go on with the mail that is being written, or begin one."""
        self.show_page(MAIL)
        self._mail_wanted.emit()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        self._shelf = QVBoxLayout()
        self._shelf.setContentsMargins(tokens.PAGE, tokens.GAP, tokens.PAGE, 0)
        right.addLayout(self._shelf)
        right.addWidget(self.stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addLayout(right, 1)
