"""The command line: what it accepts, what it refuses, and the codes it ends with."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import click
import pytest

from launcher.cli import Opener, main, run, smtp
from launcher.cli.commands import all_commands


def never() -> Opener:
    raise AssertionError("no window may open here")


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


COMMANDS = {
    **all_commands(main),
    **{f"smtp {name}": command for name, command in smtp.smtp.commands.items()},
}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_takes_a_home_and_json(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert {"--home", "--json"} <= options


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or getattr(parameter, "help", ""), parameter


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["down"],
        ["restart", "django"],
        ["start", "django"],
        ["stop", "django"],
        ["logs"],
        ["env"],
        ["send", "--to", "you@localhost"],
    ],
)
def test_where_nothing_runs_the_code_is_3_and_the_words_say_how_to_start(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--home", str(tmp_path)], never) == 3
    said = capsys.readouterr()
    assert str(tmp_path) in said.err
    assert "celery-launcher up" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["up", "--broker", "redis://127.0.0.1"], "not supported yet"),
        (["up", "--broker", "nonsense"], "amqp:// URL"),
        (["demo", "--broker", "sqs://x"], "not supported yet"),
        (["explode"], "No such command"),
        (["send"], "--to"),
        (["logs", "--follow=5"], "does not take a value"),
    ],
)
def test_wrong_usage_is_2_and_says_what_would_be_right(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words, never) == 2
    assert hint in capsys.readouterr().err


def test_a_home_that_cannot_be_written_is_5_and_names_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    assert run(["up", "--home", str(file / "below")], never) == 5
    said = capsys.readouterr().err
    assert str(file / "below") in said
    assert "--home" in said


def test_doctor_prints_one_json_object_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text("concurency = 5\n")
    run(["doctor", "--json", "--home", str(tmp_path)], never)
    out = capsys.readouterr().out
    checks = json.loads(out)["checks"]
    assert out.count("\n") == 1
    assert {"name", "verdict", "fact", "remedy"} == set(checks[0])
    settings = next(check for check in checks if check["name"] == "Settings")
    assert settings["verdict"] == "warn"
    assert "did you mean concurrency?" in settings["fact"]
    assert "Python" in {check["name"] for check in checks}


def test_without_a_display_the_window_says_that_it_is_the_terminal_view(
    no_display: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[Path] = []

    def run_up(home: object, **_: object) -> int:
        asked.append(home.root)
        return 0

    monkeypatch.setattr("launcher.cli.up.run_up", run_up)
    assert run(["--home", str(tmp_path)], never) == 0
    assert asked == [tmp_path]
    assert "no display" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_are_0(
    option: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run([option], never) == 0
    assert "elery" in capsys.readouterr().out


def test_a_window_without_its_libraries_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cannot() -> Opener:
        raise ImportError("libEGL.so.1: cannot open shared object file")

    (tmp_path / "settings.toml").write_text("start_services = false")
    monkeypatch.setenv("DISPLAY", ":0")
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert run(["window", "--home", str(tmp_path)], cannot) == 1
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
    said = capsys.readouterr().err
    assert "libEGL.so.1" in said
    assert "doctor --fix" in said
