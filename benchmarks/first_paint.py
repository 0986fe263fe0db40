"""The driver of P2 and P5: opens the launcher's window, or an empty one, and tells of its paint.

`python -m benchmarks.first_paint DESCRIPTOR empty | launcher ARGUMENTS`. When the first picture
has been handed to the display, one JSON line goes to the descriptor. The launcher runs as it is,
but for one event filter on its window that goes away with the first paint.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


def main() -> int:
    """Run one of the two windows until it is ended from outside."""
    descriptor = int(sys.argv[1])

    def tell(**words: Any) -> None:
        os.write(descriptor, json.dumps(words).encode() + b"\n")

    return _launcher(tell) if sys.argv[2] == "launcher" else _empty(tell)


def _empty(tell: Callable[..., None]) -> int:
    from PySide6.QtWidgets import QApplication, QWidget  # noqa: PLC0415 - what is measured

    app = QApplication(sys.argv[:1])
    window = QWidget()
    window.resize(1180, 760)
    _at_first_paint(window, lambda at: tell(painted=at))
    window.show()
    return app.exec()


def _launcher(tell: Callable[..., None]) -> int:
    from launcher import __main__ as entry  # noqa: PLC0415 - what is measured

    load_window = entry._load_window  # noqa: SLF001 - the entry hands it to the terminal

    def loader() -> Callable[[Any], int]:
        loading = time.monotonic()
        open_window = load_window()
        loaded = time.monotonic()
        return lambda session: opener(session, open_window, loading=loading, loaded=loaded)

    def opener(session: Any, open_window: Callable[[Any], int], **moments: float) -> int:
        asked = time.monotonic()
        gui: Any = importlib.import_module("launcher.gui.opened")
        make = gui.Window

        def watched(*words: Any, **more: Any) -> Any:
            began = time.monotonic()
            window = make(*words, **more)
            built = time.monotonic()

            def painted(at: float) -> None:
                alive = [name for name, status in session.statuses().items() if status.alive]
                told = {
                    **moments,
                    "painted": at,
                    "opened": asked,
                    "application": began,
                    "built": built,
                    "alive": alive,
                }
                _at_first_page(window, lambda whole: tell(whole=whole, **told))

            _at_first_paint(window, painted)
            return window

        gui.Window = watched
        return open_window(session)

    entry._load_window = loader  # noqa: SLF001 - as above
    sys.argv = ["celery-launcher", *sys.argv[3:]]
    return entry.main()


def _at_first_paint(window: QWidget, tell: Callable[[float], None]) -> None:
    """Tell the monotonic time once the window's first paint has been flushed."""
    from PySide6.QtCore import QEvent, QObject, QTimer  # noqa: PLC0415 - after the product's own

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                watched.removeEventFilter(self)
                # The picture is flushed within this very event: what comes next finds it done.
                QTimer.singleShot(0, window, lambda: tell(time.monotonic()))
            return False

    window.installEventFilter(FirstPaint(window))


def _at_first_page(window: Any, tell: Callable[[float], None]) -> None:
    """Tell when the page in the window is painted too, which may come after the bare frame."""
    from PySide6.QtCore import QTimer  # noqa: PLC0415 - as above

    page = window.stack.currentWidget()
    if page is None:
        QTimer.singleShot(1, window, lambda: _at_first_page(window, tell))
        return
    _at_first_paint(page, tell)
    page.update()


if __name__ == "__main__":
    sys.exit(main())
