"""Proves that the window can be painted here: opens it on an empty home, looks, and closes it.

For `selftest`, as a process of its own; prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, qVersion
from PySide6.QtWidgets import QApplication

from launcher.app import Wishes, open_session
from launcher.gui.main import make_application, open_window
from launcher.gui.window import Window
from launcher.paths import Home

SETTLE_MS = 300
"""After the first picture, for the page to fill it."""


class Look(QObject):
    """Waits for the window's first picture, notes what is in it and quits."""

    def __init__(self, app: QApplication, began: float) -> None:
        super().__init__(app)
        self._began = began
        self.painted_ms: int | None = None
        self.colours = 0
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See the first paint of a window."""
        if event.type() is QEvent.Type.Paint and isinstance(watched, Window):
            app = QApplication.instance()
            if app is not None:
                app.removeEventFilter(self)
            self.painted_ms = round((time.monotonic() - self._began) * 1000)
            QTimer.singleShot(SETTLE_MS, lambda: self._note(watched))
        return False

    def _note(self, window: Window) -> None:
        image = window.grab().toImage()
        self.colours = len(
            {
                image.pixel(x, y)
                for x in range(0, image.width(), 4)
                for y in range(0, image.height(), 4)
            }
        )
        window.quit()


def main() -> int:
    """0 when the window was painted with more than one colour."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="celery-launcher-window-") as folder,
        open_session(Home(Path(folder)), Wishes(broker="embedded")) as session,
    ):
        look = Look(make_application(), began)
        code = open_window(session)
    seen = {
        "qt": qVersion(),
        "plugin": QApplication.platformName(),
        "painted_ms": look.painted_ms,
        "colours": look.colours,
    }
    sys.stdout.write(json.dumps(seen) + "\n")
    return code if code else int(look.colours < 2)
