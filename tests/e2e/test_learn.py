"""The lessons on real services: the page by mouse and keys, every action, every command by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.app import Wishes, open_session
from launcher.core.lessons import Lesson, Seen
from launcher.core.lessons_course import COURSE
from launcher.learn.running import run
from launcher.learn.stage import LessonError
from launcher.paths import Home
from launcher.session import Session
from tests.helpers.display import x_server
from tests.helpers.needs import need_program, need_rabbitmq
from tests.helpers.programs import ROOT
from tests.helpers.stack import Stack

TRUE = {
    "why": "at once",
    "broker": "kept",
    "exchanges": "german and all",
    "acknowledgement": "unacknowledged",
    "models": "shared, then copied",
    "workers": "together",
    "scheduling": "worker",
    "retries": "again",
    "monitoring": "flower",
    "scale": "nothing",
}
IDS = [lesson.id for lesson in COURSE]


def test_the_first_lesson_is_foretold_run_and_understood_in_a_real_window(tmp_path: Path) -> None:
    need_rabbitmq()
    need_program("Xvfb")
    need_program("xdotool")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    with x_server((1600, 1000)) as display:
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.learn_walk", tmp_path / "home", "rabbitmq", pictures],
            env=os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert not seen["before a choice"]
    assert seen["trouble"] == ""
    # The mail server takes five seconds for each, whoever waits for it.
    assert seen["seconds"]["The blocking form answered"] >= 5
    assert seen["seconds"]["The queued mail was delivered"] >= 5
    assert seen["seconds"]["The queued form answered"] < 5
    assert seen["wrong"].startswith("Not what happened.")
    assert seen["right"].startswith("That is what happened.")
    assert seen["kept"] == {"done": ["why"], "last": "why"}
    assert "def send_and_wait(" in seen["code"]
    assert seen["catcher"] == "off"
    assert seen["left"] == {"processes": 0, "ports": 0}


@pytest.fixture(scope="module", params=["rabbitmq", "embedded"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    if request.param == "rabbitmq":
        need_rabbitmq()
    home = Home(tmp_path_factory.mktemp("learn") / "home")
    with open_session(home, Wishes(broker=request.param)) as made:
        made.start_all()
        assert made.wait_until(lambda all_: all(one.satisfies for one in all_.values()), 90)
        yield made
        made.stop_all()
        made.wait_until(lambda all_: not any(one.alive for one in all_.values()), 30)


@pytest.mark.long
@pytest.mark.parametrize("lesson", COURSE, ids=IDS)
def test_each_lesson_shows_what_it_claims(session: Session, lesson: Lesson) -> None:
    seen: list[Seen] = []
    if lesson.needs_rabbitmq and session.broker == "embedded":
        with pytest.raises(LessonError, match="embedded broker cannot show this"):
            run(lesson.action, session, seen.append, threading.Event())
        return
    key = run(lesson.action, session, seen.append, threading.Event())
    assert key == TRUE[lesson.id], seen
    assert lesson.check.choice(key) is not None
    assert len(seen) >= 2
    assert session.mail.chaos().mode == "off"
    assert session.settings.now.workers == 1


@pytest.mark.long
def test_a_lesson_leaves_no_virtual_host(session: Session) -> None:
    client = session.management()
    if client is None:
        pytest.skip("the embedded broker has none")
    run(COURSE[2].action, session, lambda _seen: None, threading.Event())
    names = {each["name"] for each in client.get("vhosts")}
    client.close()
    assert not [name for name in names if name.startswith("celery-launcher-lab-")]


@pytest.mark.long
@pytest.mark.parametrize("lesson", COURSE, ids=IDS)
def test_each_lessons_commands_do_by_hand_what_they_say(stack: Stack, lesson: Lesson) -> None:
    """Those that run until Ctrl-C are only parsed, in tests/unit/core/test_lessons.py."""
    home = f"CELERY_LAUNCHER_HOME='{stack.home}'"
    python = f"'{sys.executable}'"
    lines = [f'celery-launcher() {{ {home} {python} -m launcher "$@"; }}', "set -e"]
    lines += [each.command for each in lesson.by_hand if "Ctrl-C" not in each.words]
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "ERROR" not in said
    for words in SAID.get(lesson.id, ()):
        assert words in said


SAID = {
    "broker": ("no longer consuming from celery", "messages:1", "add consumer celery"),
    "exchanges": ("'body': 'Hallo'", "'routing_key': 'mail.reminder.de'"),
    "acknowledgement": ("'redelivered': False", "'redelivered': True"),
    "models": ("'body': 'Hello'",),
    "workers": ("eventlet", "'spawn'"),
    "scale": ("CELERY_BROKER_URL", "DATABASE_URL", "1 node online"),
}
"""What a command's output shows of the lesson."""
