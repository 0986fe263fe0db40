"""Opens the window on a session and runs Qt's loop until everything has stopped."""

from __future__ import annotations

import sys

from PySide6.QtCore import QSysInfo
from PySide6.QtWidgets import QApplication

from launcher.gui.opened import Opened
from launcher.gui.session import Session
from launcher.gui.theme import Theme

_WINDOWS_11_BUILD = 22_000


def open_window(session: Session) -> int:
    """Show the window; return the exit code once it has closed and all has stopped."""
    app, theme = _bare_application()
    theme.follow(session.settings.now)
    # The window may be gone before everything has stopped, and the loop must not be.
    app.setQuitOnLastWindowClosed(False)
    opened = Opened(app, theme, session)
    opened.window.show()
    code = app.exec()
    opened.close()
    return code


def make_application() -> QApplication:
    """The application with all its looks, for windows that are not opened by `open_window`."""
    app, theme = _bare_application()
    theme.dress()
    return app


def _bare_application() -> tuple[QApplication, Theme]:
    """The application in its style: Windows 11's own there, Fusion elsewhere.

    The style is chosen by argument: asking for it by object builds a part of Qt's bindings that
    the first picture does not need.
    """
    existing = QApplication.instance()
    style = [] if _has_native_style() else ["-style", "Fusion"]
    app = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0], *style])
    app.setApplicationName("Celery Launcher")
    app.setDesktopFileName("celery-launcher")
    # A window that is opened again finds the application as the first one left it.
    return app, app.findChild(Theme) or Theme(app, fusion=bool(style))


def _has_native_style() -> bool:
    """Whether this is Windows 11, whose style has a dark scheme and looks of today."""
    if QSysInfo.productType() != "windows":
        return False
    build = QSysInfo.kernelVersion().split(".")[2:3]
    return bool(build) and int(build[0]) >= _WINDOWS_11_BUILD
