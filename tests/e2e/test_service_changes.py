"""Changes on the Services page reach real services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.helpers.display import x_server
from tests.helpers.needs import need_program

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_port_pool_and_number_of_workers_are_changed_in_the_window(tmp_path: Path) -> None:
    need_program("Xvfb")
    home = tmp_path / "home"
    with x_server((1200, 850)) as display:
        environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.changes_walk", str(home)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert "Worker" in seen["way"] or "Django" in seen["way"]
    assert seen["port_said"] == "Django will be restarted."
    assert seen["port"]
    assert "Worker will be restarted." in seen["pool_said"]
    assert seen["rows"].index("worker2") == seen["rows"].index("worker") + 1
    assert seen["left"] == [0, 0]
    settings = tomllib.loads((home / "settings.toml").read_text())
    assert settings["pool"] == "threads"
    assert settings["workers"] == 1
    assert set(settings["ports"]) == {"django"}
