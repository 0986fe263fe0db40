"""The Flow page on real brokers: a mail's dot reaches SMTP, a paused queue fills and drains."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.display import x_server
from tests.helpers.needs import need_program, need_rabbitmq

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.mark.parametrize("broker", ["rabbitmq", pytest.param("embedded", marks=pytest.mark.long)])
def test_a_mail_is_seen_to_reach_smtp_and_a_paused_queue_to_fill_and_drain(
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
            [sys.executable, "-m", "tests.e2e.flow_walk", home, broker, pictures],
            env=os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=220,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    # The worker's node name is another in every run.
    kinds = [stop if stop[:2] in ("p:", "x:", "q:", "s:") else "w" for stop in seen["stops"]]
    assert kinds == ["p:Django", "x:", "q:celery", "w", "s:"]
    assert "send_mail.tasks.send_email_task" in seen["text"]
    assert "Received by launcher-" in seen["steps"]
    if broker == "rabbitmq":
        assert "header task" in seen["text"]
        assert seen["banner"] == ""
    else:
        assert seen["banner"].startswith("The embedded broker shows")
    assert (seen["filled"], seen["drained"]) == (12, 0)
    assert seen["left"] == {"processes": 0, "ports": 0}
