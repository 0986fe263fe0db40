"""A new user at the real window: three steps to a first mail, then a setting changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.display import x_server
from tests.helpers.needs import need_program

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def test_the_first_steps_end_in_the_inbox_and_a_setting_is_put_into_effect(tmp_path: Path) -> None:
    need_program("Xvfb")
    need_program("xdotool")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    with x_server((1600, 1000)) as display:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.e2e.first_steps_walk"),
                *(tmp_path / "home", pictures, "1000x650"),
            ],
            env=os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=220,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["way"][0].startswith("Saved by Django")
    assert seen["way"][-1] == "In your inbox"
    assert seen["rows"] == 1
    assert "from 1 to 1000" in seen["refused"]
    assert seen["worker"][seen["worker"].index("-c") + 1] == "7"
    assert seen["file"] == ['theme = "dark"', "concurrency = 7"]
    assert seen["left"] == {"processes": 0, "ports": 0}
    assert seen["new"] is False
