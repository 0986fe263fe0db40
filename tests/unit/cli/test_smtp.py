"""`smtp`: mail servers from a terminal, without anything running."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from launcher.cli import Opener, run
from launcher.cli import smtp as commands
from launcher.settings import load
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import Security, SmtpProfile
from tests.helpers.smtp.server import ScriptedServer

CANARY = "canary-password"
Call = Callable[..., tuple[int, str, str]]


def never() -> Opener:
    raise AssertionError("no window may open here")


@pytest.fixture
def call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Call:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.helpers.keyring_in_a_file.Keyring")
    monkeypatch.setenv("KEYRING_FILE", str(tmp_path / "keyring.json"))
    monkeypatch.setattr("keyring.core._keyring_backend", None)

    def calling(*words: str) -> tuple[int, str, str]:
        code = run(["smtp", *words, "--home", str(tmp_path / "home")], never)
        said = capsys.readouterr()
        return code, said.out, said.err

    return calling


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: CANARY)


def settings(tmp_path: Path) -> Any:
    found, errors = load(tmp_path / "home" / "settings.toml")
    assert errors == []
    return found


def test_a_server_is_added_from_a_preset_and_its_hint_is_told(call: Call, tmp_path: Path) -> None:
    code, out, err = call("add", "work", "--preset", "gmail", "--user", "me@gmail.com")
    assert code == 0
    assert out == "work: smtp.gmail.com:587, STARTTLS, as me@gmail.com\n"
    assert "app password" in err
    assert "smtp password work" in err
    profile = SmtpProfile("work", "smtp.gmail.com", 587, Security.STARTTLS, "me@gmail.com")
    assert settings(tmp_path).smtp == {"work": profile}


def test_what_is_not_given_stays_and_another_security_brings_its_port(
    call: Call, tmp_path: Path
) -> None:
    call("add", "work", "--host", "a.example", "--user", "me", "--from", "me@a.example")
    call("add", "work", "--host", "b.example", "--security", "tls")
    profile = SmtpProfile("work", "b.example", 465, Security.TLS, "me", "me@a.example")
    assert settings(tmp_path).smtp == {"work": profile}


def test_one_is_used_one_releases_and_safe_mode_goes_on_and_off(call: Call, tmp_path: Path) -> None:
    call("add", "a", "--host", "a.example")
    call("add", "b", "--host", "b.example")
    assert call("use", "a")[0] == 0
    assert call("release", "b")[0] == 0
    assert call("safe", "me@example.org", "--json")[1] == '{"ok": true, "restarted": false}\n'
    assert settings(tmp_path).mail == MailChoice("a", "b", "me@example.org")
    shown = json.loads(call("list", "--json")[1])
    assert [each["name"] for each in shown["profiles"] if each["in_use"]] == ["a"]
    assert (shown["profile"], shown["release"], shown["redirect_to"]) == (
        "a",
        "b",
        "me@example.org",
    )
    assert "Safe mode: every mail goes to me@example.org alone." in call()[1]
    call("safe")
    call("release")
    call("use", "catcher")
    assert settings(tmp_path).mail == MailChoice()


@pytest.mark.usefixtures("at_a_terminal")
def test_a_password_goes_to_the_store_and_is_shown_nowhere(call: Call, tmp_path: Path) -> None:
    call("add", "work", "--host", "a.example", "--user", "me")
    code, out, err = call("password", "work")
    assert code == 0
    assert "system's store" in out
    held = (tmp_path / "keyring.json").read_text()
    assert json.loads(held) == {"celery-launcher/work": CANARY}
    everything = out + err + "".join(call(*words)[1] for words in ([], ["list", "--json"]))
    assert CANARY not in everything
    assert CANARY not in (tmp_path / "home" / "settings.toml").read_text()
    assert call("password", "work", "--forget")[0] == 0
    assert json.loads((tmp_path / "keyring.json").read_text()) == {}


def test_without_a_store_a_password_is_not_asked_for_and_the_way_is_told(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("add", "work", "--host", "a.example", "--user", "me")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    code, _, err = call("password", "work")
    assert code == 1
    assert "no password store" in err
    assert "EMAIL_HOST_PASSWORD" in err


def test_a_test_shows_the_dialogue_and_its_code_tells_the_end(call: Call) -> None:
    with ScriptedServer() as server:
        words = ("--host", "127.0.0.1", "--port", str(server.port), "--security", "none")
        call("add", "local", *words)
        code, out, err = call("test", "local")
        assert code == 0
        assert "S: 220 scripted" in out
        assert "Nothing was sent" in err
        told = json.loads(call("test", "local", "--json")[1])
        assert told["ok"]
        assert "C: QUIT" in told["dialogue"]
        server.script = {"GREETING": ["554 go away"]}
        code, out, _ = call("test", "local", "--json")
        assert code == 1
        assert json.loads(out)["code"] == 554


def test_one_in_use_can_be_removed_and_mail_stays_here(call: Call, tmp_path: Path) -> None:
    call("add", "work", "--host", "a.example")
    call("use", "work")
    assert call("remove", "work")[0] == 0
    assert settings(tmp_path).smtp == {}
    assert settings(tmp_path).mail == MailChoice()


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["add", "work"], 2, "say which server"),
        (["add", "a b", "--host", "h"], 2, "letters, digits"),
        (["add", "w", "--host", "h.example", "--security", "none"], 2, "this computer alone"),
        (["add", "w", "--preset", "outlook"], 2, "gmail"),
        (["use", "nope"], 1, "There is no mail server nope; known are none yet."),
        (["test", "nope"], 1, "no mail server"),
        (["password", "nope"], 1, "no mail server"),
        (["remove", "nope"], 1, "no mail server"),
        (["release", "catcher"], 2, "cannot release into itself"),
        (["safe", "nobody"], 2, "one address"),
    ],
)
def test_what_cannot_be_done_is_said(call: Call, words: list[str], code: int, hint: str) -> None:
    got, out, err = call(*words)
    assert got == code
    assert hint in err
    assert out == ""


def test_a_file_with_a_mistake_is_not_written_over(call: Call, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    file = tmp_path / "home" / "settings.toml"
    file.write_text("pool = ")
    code, _, err = call("add", "work", "--host", "a.example")
    assert code == 1
    assert "Correct it first" in err
    assert file.read_text() == "pool = "
