"""A window over a log full of hostile bytes: `python -m tests.faults.hostile_window PLAN`.

PLAN is a JSON object: `home`, `bytes` of noise. Prints what came of it as one JSON object.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from benchmarks.flooded import Flood, Watch, pause, play
from launcher.app import Wishes, open_session
from launcher.core.logs import shown
from launcher.gui.main import make_application
from launcher.gui.window import LOGS, Window
from launcher.paths import Home
from tests.faults import hostile_child
from tests.faults.hostile_child import HOSTILE

if TYPE_CHECKING:
    from launcher.gui.logs.page import LogsPage
    from launcher.session import Session

_TURN_MS = 10
_MINE = "what the user had copied"
_FORBIDDEN = frozenset(
    [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x09]
    + list("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


class Hostile:
    """What is done, a step a turn of the window's loop, and what was found."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.window = Window(session)
        self.watch = Watch()
        self.obeyed: set[str] = set()
        self.found: dict[str, Any] = {}

    def steps(self, size: float) -> Iterator[None]:
        """Print, look through it in every way, copy it."""
        logs = self._session.logs
        clipboard, title = QGuiApplication.clipboard(), self.window.windowTitle()
        clipboard.setText(_MINE)
        yield from pause(1.0)
        self.window.show_page(LOGS)
        page: Any = self.window.page(LOGS)
        yield from pause(1.0)
        self.watch.begin()
        flood = Flood(logs, Path(hostile_child.__file__), [str(size)])
        while not flood.over.is_set():
            yield
        yield from pause(0.3)
        records, _ = logs.read(logs.end - len(HOSTILE), len(HOSTILE))
        expected = [shown(line) for line in HOSTILE]
        self.found["escaped"] = [one.text for one in records] == expected
        yield from self._look(page)
        page.options.wrap.setChecked(True)
        yield from self._look(page)
        page.options.wrap.setChecked(False)
        for text in ("\\x1b]52", "/\\\\xff.*end$/"):
            page.bar.text.setText(text)
            while page.view.index.end < logs.end:
                yield
            yield from self._look(page)
        page.bar.text.setText("")
        yield from pause(0.2)
        self.found["clipboard_kept"] = clipboard.text() == _MINE
        self.found["title_kept"] = self.window.windowTitle() == title
        page.view.select_all()
        page.view.copy()
        self.obeyed |= _FORBIDDEN & set(clipboard.text()) - {"\n"}
        self.found["obeyed"] = sorted(ascii(letter) for letter in self.obeyed)
        self.found["lines"] = logs.end
        self.found["worst_gap_ms"] = self.watch.worst_ms

    def _look(self, page: LogsPage) -> Iterator[None]:
        bar = page.view.verticalScrollBar()
        for tenth in (*range(10), 10):
            bar.setValue(bar.maximum() * tenth // 10)
            yield from pause(0.03)
            for line in page.view.lines.lines():
                self.obeyed |= _FORBIDDEN & set(line.record.text)


def main() -> int:
    """Run the plan, print the outcome."""
    plan = json.loads(sys.argv[1])
    with open_session(Home(Path(plan["home"])), Wishes(broker="embedded")) as session:
        make_application()
        hostile = Hostile(session)
        play(hostile.window, hostile.steps(plan["bytes"]), hostile.watch, _TURN_MS)
    print(json.dumps(hostile.found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
