"""An opened window and what stands around it: survives the window when that is built anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from launcher.core.state import ServiceStatus
from launcher.gui import place, system_end
from launcher.gui.background import Background
from launcher.gui.session import Session
from launcher.gui.system_end import SystemEnd
from launcher.gui.theme import Theme
from launcher.gui.toasts import Toasts
from launcher.gui.unexpected import Unexpected
from launcher.gui.window import Window

if TYPE_CHECKING:
    from launcher.gui.tray import Tray

MAILS_MS = 20_000
"""How often the mails that failed are counted, for a notification."""
SYSTEM_LIMIT_S = 4.0
"""Windows ends a program that has not answered for 5 s; what still runs then is ended by us."""
SETTLE_MS = 500
"""After a screen went, its system moves windows too."""


class Opened(QObject):
    """One session in one window at a time; `app` quits once everything has stopped."""

    def __init__(self, app: QApplication, theme: Theme, session: Session) -> None:
        super().__init__(app)
        self._app = app
        self._theme = theme
        self._session = session
        self._left: list[Background] = []
        self._told_once = False
        self.unexpected = Unexpected(session.note_unexpected, self)
        self.unexpected.install()
        self.unexpected.met.connect(self._show_error)
        self.tray: Tray | None = None
        self.toasts = Toasts(self)
        self._mails = QTimer(self)
        self._mails.setInterval(MAILS_MS)
        self._mails.timeout.connect(self._count_mails)
        data = Path(session.home) / "data"
        self._place_file = data / "window.json"
        self._end_file = data / "system-end.json"
        self._ended_before = system_end.take(self._end_file)
        self.window = self._make(frame_first=True)
        self._put_back(place.load(self._place_file))
        app.screenRemoved.connect(self._screen_gone)
        app.commitDataRequest.connect(self._system_ends)

    def close(self) -> None:
        """Wait for what was begun in the background, and leave the application as it was."""
        for background in (*self._left, self.window.background):
            background.close()
        self.unexpected.uninstall()
        self._app.screenRemoved.disconnect(self._screen_gone)
        self._app.commitDataRequest.disconnect(self._system_ends)
        place.save(self._place_file, self._stands())
        self._mails.stop()
        if self.tray is not None:
            self._theme.changed.disconnect(self._show_again)
            self.tray.close()
        self.setParent(None)

    def restart(self) -> None:
        """Build the window anew, on the same running services."""
        before = self.window
        self._left.append(before.leave())
        self.window = self._make(frame_first=False)
        self.window.setGeometry(before.geometry())
        self.window.show()
        before.hide()
        before.deleteLater()

    def _stands(self) -> place.Place:
        window = self.window
        size, maximized = window.size(), window.isMaximized()
        if maximized:
            size = window.normalGeometry().size()
        return place.Place(window.x(), window.y(), size.width(), size.height(), maximized)

    def _put_back(self, stood: place.Place | None) -> None:
        if stood is None:
            return
        main = self._app.primaryScreen()
        screens = [main, *(one for one in self._app.screens() if one is not main)]
        rooms = [screen.availableGeometry() for screen in screens]
        if rooms:
            fits = place.fitted(stood, rooms, self.window.minimumSize())
            self.window.move(fits.topLeft())
            self.window.resize(fits.size())
        if stood.maximized:
            self.window.setWindowState(Qt.WindowState.WindowMaximized)

    def _screen_gone(self) -> None:
        """Systems move windows as well, but not all, and not always to where they are seen."""
        QTimer.singleShot(SETTLE_MS, self, lambda: self._put_back(self._stands()))

    def _system_ends(self) -> None:
        """Sign-out or shutdown: stop in order now, since nobody waits once this has returned."""
        stopped = threading.Event()
        told = self.window.bridge.stopped.emit

        def done() -> None:
            stopped.set()
            told()

        self._session.quit(done)
        hard: tuple[str, ...] = ()
        if not stopped.wait(SYSTEM_LIMIT_S):
            specs, statuses = self._session.specs(), self._session.statuses()
            hard = tuple(specs[name].title for name, one in statuses.items() if one.alive)
            self._session.force_quit()
        system_end.keep(self._end_file, SystemEnd(time.time(), hard))

    def _tell_of_end(self, end: SystemEnd) -> None:
        """Once Django can be asked what was on its way."""
        window = self.window

        def say(mails: int | None) -> None:
            window.notice.say(system_end.told(end, mails))

        window.background.run(
            self,
            self._session.mail.queue,
            lambda queue: say(system_end.pending(queue.counts)),
            lambda _error: say(None),
        )

    def _make(self, *, frame_first: bool) -> Window:
        window = Window(self._session, frame_first=frame_first)
        window.painted.connect(self._theme.dress)
        window.finished.connect(self._app.quit)
        window.settings_changed.connect(lambda: self._theme.follow(self._session.settings.now))
        window.bridge.statuses_changed.connect(self._show_statuses)
        window.bridge.raise_asked.connect(self.toasts.forget)
        window.stays = self._stays
        window.painted.connect(self._open_tray, Qt.ConnectionType.QueuedConnection)
        window.restart_asked.connect(self.restart, Qt.ConnectionType.QueuedConnection)
        return window

    def show_window(self) -> None:
        """Bring it back, from the tray or from behind others."""
        self.toasts.forget()
        self.window.come_forward()

    def _open_tray(self) -> None:
        """Once; after the first picture, which it need not hold up."""
        if self.tray is not None:
            return
        from launcher.gui.tray import Tray  # noqa: PLC0415 - after the first picture

        tray = self.tray = Tray(self)
        tray.show_asked.connect(self.show_window)
        tray.told_clicked.connect(self.show_window)
        tray.start_asked.connect(self._session.start_all)
        tray.stop_asked.connect(self._session.stop_all)
        tray.mail_asked.connect(self._write_mail)
        tray.quit_asked.connect(self._quit)
        self.toasts.told.connect(self._tell)
        self._theme.changed.connect(self._show_again)
        self._show_again()
        tray.open()
        self._mails.start()

    def _stays(self) -> bool:
        """Whether a close leaves everything running: asked for, and a way back is there."""
        if not self._session.settings.now.close_to_tray or self.tray is None:
            return False
        if not self.tray.shown:
            return False
        if not self._told_once:
            self._told_once = True
            self.tray.tell("Celery Launcher goes on here", "Quit it by the menu of its icon.")
        return True

    def _show_again(self) -> None:
        self._show_statuses(self._session.statuses())

    def _show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        specs = self._session.specs()
        before = self._ended_before
        if before is not None and statuses["django"].satisfies:
            self._ended_before = None
            self._tell_of_end(before)
        self.toasts.observe(specs, statuses, seen=self.window.isActiveWindow())
        if self.tray is not None:
            self.tray.show_statuses(specs, statuses)

    def _count_mails(self) -> None:
        """The window itself asks only while its Mail page is seen."""
        told = self._session.settings.now.notifications
        if told and self._session.statuses()["django"].satisfies:
            self.window.background.run(
                self,
                self._session.mail.queue,
                lambda queue: self.toasts.observe_mails(
                    queue.counts.get("FAILED", 0), seen=self.window.isActiveWindow()
                ),
                # It is asked again soon; whoever looks at the Mail page is told why.
                lambda _error: None,
            )

    def _tell(self, title: str, words: str) -> None:
        if not self._session.settings.now.notifications:
            return
        if self.tray is not None and self.tray.shown:
            self.tray.tell(title, words)
        else:
            self._app.alert(self.window)

    def _write_mail(self) -> None:
        self.show_window()
        self.window.write_mail()

    def _quit(self) -> None:
        """Seen while it stops: an end that shows nothing looks like one that hangs."""
        self.show_window()
        self.window.quit()

    def _show_error(self, trace: str, count: int) -> None:
        self.window.show_error(trace, count)
