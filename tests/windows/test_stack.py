"""The services on Windows' Python: started, asked, killed, and nothing left.

What is left is counted from Linux, by the processes that run in the prefix.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.helpers.processes import end
from tests.helpers.programs import Program
from tests.helpers.waiting import eventually
from tests.windows.kit.wine import Wine

pytestmark = pytest.mark.long

SERVICES = ["migrate", "django", "worker", "beat", "flower", "catcher"]
READY = 170.0
"""Seconds until all is up; about twenty in Wine on a quiet machine."""
GONE = 5.0
"""Seconds after which nothing may be left of a launcher that was killed (R1)."""
DIFFICULT = "Mein Ordner, für 100% Ärger & 'Größe' 漢字 {0}"


LONG = "l" * 197
"""With the letter of the disk before it, a path of 200 characters."""


@pytest.mark.parametrize("name", [DIFFICULT, LONG], ids=["any letters", "long"])
def test_demo_delivers_a_mail_in_a_home_with_any_name(wine: Wine, name: str) -> None:
    """R19 on Windows' Python."""
    done = wine.run(
        *("-m", "launcher", "demo", "--json", "--home", wine.home(name)),
        timeout=300,
    )
    assert done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["ok"], result
    assert done.returncode == 0
    assert [service["name"] for service in result["services"]] == SERVICES
    assert result["mail"]["state"] == "delivered"
    assert result["left"] == {"processes": 0, "ports": 0}
    wine.none_left(GONE)
    assert not done.stderr


def test_up_is_seen_asked_and_ended_by_other_commands(wine: Wine) -> None:
    home = wine.home("up")
    with all_up(wine, home) as program:
        told = wine.run("-m", "launcher", "status", "--json", "--home", home)
        states = {each["name"]: each["state"] for each in json.loads(told.stdout)["services"]}
        assert states == dict.fromkeys(SERVICES, "ready") | {"migrate": "done"}
        again = wine.run("-m", "launcher", "up", "--home", home)
        assert again.returncode == 4, again
        before = len(program.output)
        ended = wine.run("-m", "launcher", "down", "--home", home)
        assert ended.returncode == 0, ended
        assert program.wait(30) == 0
        wine.none_left(GONE)
        # Asked, each of them ends by itself, the worker by its warm shutdown.
        states_told = [json.loads(line.text)["state"] for line in program.output[before:]]
        assert set(states_told) == {"stopping", "stopped"}
        log = (wine.drive_c / "up/logs/worker.log").read_text(encoding="utf-8")
        assert "Warm shutdown" in log


def test_nothing_outlives_a_launcher_that_was_killed(wine: Wine) -> None:
    home = wine.home("killed")
    with all_up(wine, home) as program:
        assert len(wine.processes()) > len(SERVICES) - 1
        end(program.pid, signal.SIGKILL)
        wine.none_left(GONE)
    with all_up(wine, home):
        ended = wine.run("-m", "launcher", "down", "--home", home)
        assert ended.returncode == 0, ended
    wine.none_left(GONE)


@contextmanager
def all_up(wine: Wine, home: str) -> Iterator[Program]:
    """`up` with all services ready."""
    command = ("-m", "launcher", "up", "--json", "--home", home)
    with wine.program(*command) as program:
        states: dict[str, str] = {}

        def ready() -> bool:
            assert program.running, program.told()
            for line in program.output:
                each = json.loads(line.text)
                states[each["service"]] = each["state"]
            return [name for name in SERVICES if states.get(name) in ("ready", "done")] == SERVICES

        eventually(ready, READY, lambda: f"all ready: {states} {program.told()}", every=0.2)
        yield program
