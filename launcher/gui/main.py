"""Opens the window on a session and runs Qt's loop until everything has stopped."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QStyleFactory

from launcher.gui.session import Session
from launcher.gui.theme import Theme
from launcher.gui.window import Window


def open_window(session: Session) -> int:
    """Show the window; return the exit code once it has closed and all has stopped."""
    app = make_application()
    window = Window(session)
    # The window may be gone before everything has stopped, and the loop must not be.
    app.setQuitOnLastWindowClosed(False)
    window.finished.connect(app.quit)
    window.show()
    code = app.exec()
    window.background.close()
    return code


def make_application() -> QApplication:
    """The application in its style: the system's own on Windows, Fusion elsewhere."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Celery Launcher")
    app.setDesktopFileName("celery-launcher")
    native = "windows11" if "windows11" in QStyleFactory.keys() else "Fusion"  # noqa: SIM118
    app.setStyle(native)
    Theme(app)
    return app
