"""`forget`: the uninstaller's way to the passwords in the system's store."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.cli import Opener, forget, run

SETTINGS = """
[smtp.work]
host = "smtp.example.com"
user = "me"
[smtp.home]
host = "smtp.example.org"
user = "me"
"""


def never() -> Opener:
    raise AssertionError("no window may open here")


def test_the_passwords_of_all_mail_servers_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    gone: list[str] = []
    monkeypatch.setattr(forget.Passwords, "forget", lambda _, name: gone.append(name))
    assert run(["forget", "--home", str(tmp_path)], never) == 1, "nobody said yes"
    assert gone == []
    assert run(["forget", "--yes", "--home", str(tmp_path)], never) == 0
    assert gone == ["home", "work"]


def test_a_home_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert run(["forget", "--home", str(tmp_path / "nowhere")], never) == 0
    assert not (tmp_path / "nowhere").exists()
