"""The Services page of a real window on real services: another port, another pool, one worker more.

Run by test_service_changes.py in a process of its own, since a process has one Qt application.
Prints one JSON object with what was seen.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from launcher.app import Wishes, open_session
from launcher.gui.main import make_application
from launcher.gui.services.change_popover import ChangePopover
from launcher.gui.services.page import ServicesPage
from launcher.gui.services.port_popover import PortPopover
from launcher.gui.services.worker_popover import WorkerPopover
from launcher.gui.window import SERVICES, Window
from launcher.paths import Home
from launcher.session import Session
from tests.helpers.ports import free_port


def until(question: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not question():
        QTest.qWait(50)  # the window's own loop runs meanwhile: it is who changes the answer
        assert time.monotonic() < end, what


def sheet_of(page: ServicesPage, name: str) -> ChangePopover:
    """Opened by F2 on the log button, as every row has one."""
    QTest.keyClick(page.rows[name].log, Qt.Key.Key_F2)
    return next(one for one in page.rows[name].findChildren(ChangePopover) if one.isVisible())


def ready(session: Session, name: str) -> bool:
    return name in session.statuses() and session.statuses()[name].satisfies


def walk(session: Session, page: ServicesPage) -> dict[str, object]:
    seen: dict[str, object] = {}
    session.start_only(["django", "worker"])
    until(lambda: ready(session, "django") and ready(session, "worker"), 90, "both ready")
    until(lambda: bool(page.start_card.summary.text()), 5, "the way of the start")
    seen["way"] = page.start_card.summary.text()

    port = free_port()
    sheet = sheet_of(page, "django")
    assert isinstance(sheet, PortPopover)
    field = sheet.fields["django"]
    field.selectAll()
    QTest.keyClicks(field, str(port))
    seen["port_said"] = sheet.message.text()
    QTest.keyClick(field, Qt.Key.Key_Return)
    shown = f":{port}"
    until(lambda: page.rows["django"].change.text().endswith(shown), 20, "the other port")
    until(lambda: ready(session, "django"), 60, "Django there")
    seen["port"] = session.specs()["django"].port == port

    sheet = sheet_of(page, "worker")
    assert isinstance(sheet, WorkerPopover)
    QTest.mouseClick(sheet.pools["threads"], Qt.MouseButton.LeftButton)
    seen["pool_said"] = sheet.message.text()
    QTest.keyClick(sheet.apply, Qt.Key.Key_Space)
    until(lambda: "threads" in page.rows["worker"].change.text(), 20, "the other pool")
    until(lambda: ready(session, "worker"), 60, "the worker with it")

    sheet = sheet_of(page, "worker")
    assert isinstance(sheet, WorkerPopover)
    QTest.keyClick(sheet.add, Qt.Key.Key_Space)
    until(lambda: "worker2" in page.rows and ready(session, "worker2"), 60, "a second worker")
    seen["rows"] = list(page.rows)

    sheet = sheet_of(page, "worker2")
    assert isinstance(sheet, WorkerPopover)
    QTest.keyClick(sheet.remove, Qt.Key.Key_Space)
    until(lambda: "worker2" not in page.rows, 90, "it is gone")
    return seen


def main(home: Path) -> None:
    _held = make_application()
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(open_session(Home(home), Wishes("embedded")))
        window = Window(session)
        window.resize(1000, 650)
        window.show()
        window.show_page(SERVICES)
        page = window.page(SERVICES)
        assert isinstance(page, ServicesPage)
        seen = walk(session, page)
        finished: list[bool] = []
        window.finished.connect(lambda: finished.append(True))
        window.close()
        until(lambda: bool(finished), 40, "closed")
        window.background.close()
        left = session.left()
    print(json.dumps({**seen, "left": [left.processes, left.ports]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
