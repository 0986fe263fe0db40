"""The Exchange lab in a real window on a real broker, closed in order and killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.display import x_server
from tests.helpers.needs import need_program, need_rabbitmq
from tests.helpers.rabbitctl import rabbitmqctl
from tests.helpers.stack import Stack
from tests.helpers.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def walked(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    need_rabbitmq()
    need_program("Xvfb")
    need_program("xdotool")
    pictures = folder / "pictures"
    pictures.mkdir()
    with x_server((1600, 1000)) as display:
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.lab_walk", folder / "home", pictures, *words],
            env=os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
    assert done.returncode == code, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert seen["foretold"] == {"orange": "gets it", "rabbits": "does not", "lazy": "gets it"}
    assert seen["went"] == {"orange": "got it", "rabbits": "did not get it", "lazy": "got it"}
    assert "RabbitMQ's own trace agrees with the forecast" in seen["outcome"]
    assert seen["vhost"].startswith("celery-launcher-lab-")
    return seen


def test_a_person_sends_drags_and_kills_a_consumer_and_nothing_stays(tmp_path: Path) -> None:
    seen = walked(tmp_path)
    assert seen["story"] == "The lab's virtual host was removed, with all that was in it."
    assert "redelivered" in seen["again"]
    assert seen["left"] == [0, 0]


def test_a_lab_that_was_killed_in_the_middle_goes_at_the_next_start(tmp_path: Path) -> None:
    seen = walked(tmp_path, "killed", code=-signal.SIGKILL)
    with Stack(broker="rabbitmq", only="rabbitmq", home=tmp_path / "home", wait=False) as stack:
        eventually(
            lambda: f"removed what an exchange lab left: {seen['vhost']}" in stack.log("launcher"),
            90,
            stack.told,
        )
        assert "celery-launcher-lab" not in rabbitmqctl(stack, "list_vhosts", "--quiet")
        assert "celery-launcher-lab" not in rabbitmqctl(stack, "list_users", "--quiet")
