"""The window on Windows' Python with Qt's native plugin, under Xvfb: Start all, a mail, closed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.display import x_server
from tests.helpers.needs import need_program
from tests.helpers.programs import Line, Program
from tests.helpers.waiting import eventually
from tests.windows.kit.wine import Wine, windows_path
from tests.windows.test_stack import GONE, SERVICES

pytestmark = pytest.mark.long

TITLE = "Celery Launcher"


def test_a_mail_goes_from_the_window_to_the_inbox_and_nothing_is_left(
    wine: Wine, tmp_path: Path
) -> None:
    need_program("Xvfb")
    need_program("xdotool")
    pictures = Path(os.environ.get("WINDOW_PICTURES") or tmp_path)
    with x_server((1200, 800)) as display:
        home = wine.home("window")
        walk = ("-m", "tests.windows.inside.window_walk", home, windows_path(pictures))
        with wine.program(*walk, on_line=hand_of(display), DISPLAY=display) as program:
            code = program.wait(560)
    assert code == 0, program.told()
    seen = json.loads(program.output[-1].text)["seen"]
    assert seen["plugin"] == "windows"
    assert seen["started"] == dict.fromkeys(SERVICES, "Ready") | {"migrate": "Done"}
    assert "Delivered" in seen["outbox"]
    assert "Hello from Windows" in seen["inbox"]
    assert seen["left"] == {"processes": 0, "ports": 0}
    wine.none_left(GONE)


def test_the_program_opens_its_window_and_ends_when_it_is_closed(wine: Wine) -> None:
    need_program("Xvfb")
    need_program("xdotool")
    home = wine.home("entry", "start_services = false")
    opened = ("-m", "launcher", "--home", home)
    with x_server((1200, 800)) as display:  # noqa: SIM117 - the second needs the first
        with wine.program(*opened, DISPLAY=display) as program:
            number = eventually(lambda: window_on(display, program), 120, "the window", every=0.5)
            raised = wine.run(*opened, DISPLAY=display, timeout=120)
            assert raised.returncode == 0, raised
            xdotool(display, "windowfocus", "--sync", number)
            xdotool(display, "key", "ctrl+q")
            assert program.wait(60) == 0, program.told()
    wine.none_left(GONE)


def window_on(display: str, program: Program) -> str:
    """X's number of our window; "" while there is none."""
    assert program.running, program.told()
    return xdotool(display, "search", "--onlyvisible", "--name", TITLE).partition("\n")[0]


def hand_of(display: str) -> Callable[[Line], None]:
    """Does what the walk asks for; Windows' number of its window means nothing to the X server."""

    def move(line: Line) -> None:
        words = json.loads(line.text).get("xdotool", ())
        if words[:1] == ["windowfocus"]:
            xdotool(display, "search", "--onlyvisible", "--name", TITLE, "windowfocus", "--sync")
        elif words:
            xdotool(display, *words)

    return move


def xdotool(display: str, *words: str) -> str:
    """Run it; what it finds."""
    done = subprocess.run(
        ["xdotool", *words],
        env=os.environ | {"DISPLAY": display},
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.stdout
