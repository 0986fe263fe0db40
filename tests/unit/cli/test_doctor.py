"""`doctor` on Windows in the terminal: installing, from a folder, and removing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from launcher.cli import run
from launcher.runtime import repair
from launcher.runtime.parts import pins, vcruntime
from tests.helpers.publisher import Publisher
from tests.unit.runtime.parts.conftest import publisher as publisher  # noqa: PLC0414 - a fixture


class Terminal:
    """Runs `doctor` on a home of its own; returns the exit code and what programs read."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys

    def doctor(self, *words: str) -> tuple[int, dict[str, Any], str]:
        code = run(["doctor", "--home", str(self.home), "--json", *words], lambda _: 0)
        told = self._capsys.readouterr()
        return code, json.loads(told.out), told.err


@pytest.fixture
def terminal(
    tmp_path: Path,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    monkeypatch.setattr(repair, "WINDOWS", True)
    monkeypatch.setattr(pins, "shipped", publisher.parts)
    monkeypatch.setattr(vcruntime, "provide", lambda _: [])
    return Terminal(tmp_path / "home", capsys)


def test_what_is_missing_is_fetched_with_its_steps_told(terminal: Terminal) -> None:
    _, told, words = terminal.doctor("--fix")
    assert told["fixed"] is True
    assert "Asking localhost" in words
    assert "installed Erlang 27.3.4.17 and RabbitMQ 4.3.5" in words
    assert "%" not in words, "how far it has come belongs to a terminal"
    assert (terminal.home / "programs" / "erlang-27.3.4.17" / "bin" / "erl.exe").exists()


def test_what_fails_ends_with_one_and_says_the_other_way(
    terminal: Terminal, publisher: Publisher
) -> None:
    publisher.ways.redirect_to_http = True
    code, told, words = terminal.doctor("--fix")
    assert (code, told["fixed"]) == (1, False)
    assert "not encrypted" in words
    assert "choco install rabbitmq" in words


def test_archives_come_from_a_folder_and_go_again(
    terminal: Terminal, publisher: Publisher, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for part in publisher.parts():
        (stick / part.file).write_bytes(publisher.files[f"/releases/{part.file}"])
    _, told, words = terminal.doctor("--fix", "--from", str(stick))
    assert told["fixed"] is True, words
    assert publisher.asked == []
    _, told, words = terminal.doctor("--remove")
    assert told["fixed"] is True
    assert "removed erlang 27.3.4.17, rabbitmq 4.3.5" in words
    assert not (terminal.home / "programs").exists()


def test_ctrl_c_keeps_what_has_come(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(repair, "fix", interrupted)
    code, told, words = terminal.doctor("--fix")
    assert (code, told["fixed"]) == (1, False)
    assert "what was downloaded is kept" in words
