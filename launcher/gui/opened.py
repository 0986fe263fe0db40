"""An opened window and what stands around it: survives the window when that is built anew."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from launcher.gui.background import Background
from launcher.gui.session import Session
from launcher.gui.theme import Theme
from launcher.gui.unexpected import Unexpected
from launcher.gui.window import Window


class Opened(QObject):
    """One session in one window at a time; `app` quits once everything has stopped."""

    def __init__(self, app: QApplication, theme: Theme, session: Session) -> None:
        super().__init__(app)
        self._app = app
        self._theme = theme
        self._session = session
        self._left: list[Background] = []
        self.unexpected = Unexpected(session.note_unexpected, self)
        self.unexpected.install()
        self.unexpected.met.connect(self._show_error)
        self.window = self._make(frame_first=True)

    def close(self) -> None:
        """Wait for what was begun in the background, and leave the application as it was."""
        for background in (*self._left, self.window.background):
            background.close()
        self.unexpected.uninstall()
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

    def _make(self, *, frame_first: bool) -> Window:
        window = Window(self._session, frame_first=frame_first)
        window.painted.connect(self._theme.dress)
        window.finished.connect(self._app.quit)
        window.settings_changed.connect(lambda: self._theme.follow(self._session.settings.now))
        window.restart_asked.connect(self.restart, Qt.ConnectionType.QueuedConnection)
        return window

    def _show_error(self, trace: str, count: int) -> None:
        self.window.show_error(trace, count)
