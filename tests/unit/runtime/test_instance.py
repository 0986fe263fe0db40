"""One instance a home, and what an earlier one left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from launcher.paths import Home
from launcher.platform import current
from launcher.platform.system import RUN_VARIABLE
from launcher.runtime import instance
from launcher.runtime.credentials import load_or_make
from launcher.runtime.instance import AlreadyRunningError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = Home(tmp_path)
    place.prepare()
    return place


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        start_new_session=True,
        env=os.environ | {RUN_VARIABLE: "an earlier run"},
    )
    yield process
    process.kill()
    process.wait()


def test_a_home_has_one_holder_until_it_is_released(home: Home) -> None:
    first = instance.take(home, current(), "run-1")
    with pytest.raises(AlreadyRunningError, match=str(home.root)):
        instance.take(home, current(), "run-2")
    first.release()
    instance.take(home, current(), "run-3").release()


def test_what_an_earlier_run_left_is_ended(home: Home, sleeper: subprocess.Popen[bytes]) -> None:
    crashed = instance.take(home, current(), "an earlier run")
    crashed.began(sleeper.pid)
    crashed.lock.release()
    instance.take(home, current(), "run-2").release()
    assert sleeper.wait(timeout=5) == -9


def test_a_process_that_only_has_the_number_of_one_of_ours_lives_on(
    home: Home, sleeper: subprocess.Popen[bytes]
) -> None:
    created = psutil.Process(sleeper.pid).create_time()
    record = {"run": "some other run", "children": [[sleeper.pid, created - 100]]}
    (home.run / "children.json").write_text(json.dumps(record))
    instance.take(home, current(), "run-2").release()
    assert sleeper.poll() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run": 1}', '{"run": "x", "children": [1]}'])
def test_a_damaged_file_of_children_is_no_obstacle(home: Home, text: str) -> None:
    (home.run / "children.json").write_text(text)
    instance.take(home, current(), "run-1").release()


def test_a_child_that_ended_is_off_the_file(home: Home) -> None:
    holder = instance.take(home, current(), "run-1")
    holder.began(os.getpid())
    assert [os.getpid()] == [
        pid for pid, _ in json.loads((home.run / "children.json").read_text())["children"]
    ]
    holder.ended(os.getpid())
    assert json.loads((home.run / "children.json").read_text())["children"] == []
    holder.release()
    assert not (home.run / "children.json").exists()


def test_credentials_are_made_once_kept_and_private(home: Home) -> None:
    first = load_or_make(home.secrets_file, current())
    second = load_or_make(home.secrets_file, current())
    assert home.secrets_file.stat().st_mode & 0o777 == 0o600
    assert first["broker_password"] == second["broker_password"]
    assert first["api_token"] != second["api_token"]
    assert "api_token" not in json.loads(home.secrets_file.read_text())
    assert all(len(value) >= 32 for value in first.values())


@pytest.mark.parametrize("text", ["", "[1]", '{"secret_key": 5, "flower_password": "kept"}'])
def test_damaged_credentials_are_completed(home: Home, text: str) -> None:
    home.secrets_file.write_text(text)
    made = load_or_make(home.secrets_file, current())
    assert len(made["secret_key"]) >= 32
    if "kept" in text:
        assert made["flower_password"] == "kept"
