"""The window as a person uses it: Start all, write, inbox, Stop all, close, nothing left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.display import x_server
from tests.helpers.needs import need_program, need_rabbitmq

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.mark.parametrize("broker", ["embedded", "rabbitmq"])
def test_a_mail_goes_from_the_window_to_the_inbox_by_mouse_and_keys(
    broker: str, tmp_path: Path
) -> None:
    if broker == "rabbitmq":
        need_rabbitmq()
    need_program("Xvfb")
    need_program("xdotool")
    home, pictures = tmp_path / "home", tmp_path / "pictures"
    pictures.mkdir()
    with x_server((1600, 1000)) as display:
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.window_walk", home, broker, pictures],
            env=os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=220,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert set(seen["before"].values()) == {"Stopped"}
    assert set(seen["started"].values()) == {"Ready", "Done"}
    assert ("rabbitmq" in seen["started"]) == (broker == "rabbitmq")
    assert seen["kept"] == "nobody at all"
    assert seen["chips"] == ["you@localhost"]
    assert seen["attached"] == "notes.txt · 12 bytes"
    assert seen["resent"] == 2
    assert seen["draft"] == "Half a mail"
    assert "Delivered" in seen["outbox"]
    if broker == "embedded":
        _sheets_were_used(seen)
    assert set(seen["stopped"].values()) == {"Stopped"}
    assert seen["left"] == {"processes": 0, "ports": 0}


def _sheets_were_used(seen: dict[str, Any]) -> None:
    assert seen["template"] == "Dear Ada."
    assert seen["wrong"].startswith("line 4: nobody: ")
    assert seen["batch"] == "2 of 2 at their end · 2 delivered"
    assert seen["scheduled"] == "Scheduled 1"
    assert seen["cron"] == "At 08:30, Monday through Friday"
    assert seen["repeats"] == 1
    assert seen["chaos"] == "Catcher: behaves well"
    assert len(seen["released"]) == 1
