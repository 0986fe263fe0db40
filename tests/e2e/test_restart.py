"""The program closed and opened again by itself, in one process, as another broker asks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.needs import need_rabbitmq

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PROGRAM = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from launcher.cli import run
from launcher.gui.main import make_application, open_window
from launcher.gui.window import SETTINGS, Window

home = Path(sys.argv[1])
seen = []

def opened(session):
    make_application()  # a timer needs one
    seen.append({"run": session.run, "broker": session.broker.value})
    first = len(seen) == 1

    def look():
        windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, Window)]
        shown = [one for one in windows if one.isVisible() and hasattr(one, "settings")]
        if not shown:
            return
        window = shown[0]
        ready = {n: s.satisfies for n, s in session.statuses().items()}
        if not ready["worker"]:
            return
        if not first:
            timer.stop()
            seen[-1]["file"] = session.settings.now.broker
            window.close()
            return
        window.show_page(SETTINGS)
        page = window.page(SETTINGS)
        if session.settings.now.broker == "auto":
            file = home / "settings.toml"
            file.write_text(file.read_text().replace('# broker = "auto"', 'broker = "embedded"'))
        elif page.notices.again.isVisible():
            timer.stop()
            page.notices.again.click()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(100)
    return open_window(session)

code = run(["window", "--home", str(home)], lambda: opened)
print(json.dumps({"code": code, "seen": seen}))
"""


def test_another_broker_is_used_after_the_program_opened_itself_again(tmp_path: Path) -> None:
    need_rabbitmq()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path / "home"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":none"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["code"] == 0
    first, second = told["seen"]
    assert (first["broker"], second["broker"]) == ("rabbitmq", "embedded")
    assert first["run"] != second["run"]
    assert second["file"] == "embedded"
