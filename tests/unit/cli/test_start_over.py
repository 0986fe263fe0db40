"""`start-over` with nothing running: what it asks, what it refuses, what it removes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from launcher.cli import Opener, main, run
from launcher.paths import Home


def never() -> Opener:
    raise AssertionError("no window may open here")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = Home(tmp_path / "home")
    made.prepare()
    (made.data / "launcher.sqlite3").write_bytes(b"x" * 5_000)
    (made.data / "broker").mkdir()
    (made.data / "broker" / "one.msg").write_bytes(b"x" * 700)
    return made.root


def test_it_wants_to_know_what_goes(home: Path) -> None:
    assert run(["start-over", "--home", str(home)], never) == 2


def test_without_a_terminal_nothing_goes_unless_it_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["start-over", "--all", "--home", str(home)], never) == 1
    assert "Add --yes" in capsys.readouterr().err
    assert (home / "data" / "launcher.sqlite3").exists()


def test_yes_removes_and_says_how_much(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["start-over", "--database", "--yes", "--json", "--home", str(home)]
    assert run(words, never) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "scope": "database",
        "bytes": 5_000,
        "removed": ["data/launcher.sqlite3 · 5.0 kB"],
    }
    assert [one.name for one in (home / "data").iterdir()] == ["broker"]


@pytest.mark.parametrize(("answer", "left"), [("n\n", True), ("y\n", False)])
def test_at_a_terminal_it_shows_what_goes_and_asks(
    home: Path, monkeypatch: pytest.MonkeyPatch, answer: str, left: bool
) -> None:
    monkeypatch.setattr("launcher.cli.start_over._somebody_is_there", lambda: True)
    done = CliRunner().invoke(main, ["start-over", "--broker", "--home", str(home)], input=answer)
    assert "data/broker · 700 bytes" in done.output
    assert "Mails are kept" in done.output
    assert (home / "data" / "broker").exists() is left


def test_a_folder_with_which_nothing_ever_ran_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "never"
    assert run(["start-over", "--all", "--yes", "--home", str(place)], never) == 1
    assert "There is nothing in" in capsys.readouterr().err
    assert not place.exists()


def test_a_broker_elsewhere_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "settings.toml").write_text('broker = "amqp://rabbit.example/v"\n')
    assert run(["start-over", "--broker", "--yes", "--home", str(home)], never) == 1
    assert "rabbit.example runs elsewhere" in capsys.readouterr().err
