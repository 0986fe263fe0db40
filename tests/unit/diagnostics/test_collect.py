"""The zip: what is in it, that nothing secret of real files is, and that it is what was shown."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from launcher.cli import main, run
from launcher.core.checks import CheckResult, Verdict
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus
from launcher.diagnostics import Live, Part, collect, file_name, write
from launcher.diagnostics.collect import LOG_BYTES
from launcher.paths import Home
from launcher.platform import current as system
from launcher.runtime.credentials import load_or_make

CANARY = "canary-{}-7f3a"
CHECKS = (CheckResult("Erlang", Verdict.FAIL, "Erlang 25.2", "Install 27."),)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Real files with a canary in every place where a secret may be."""
    made = Home(tmp_path / "home")
    made.prepare()
    made.settings_file.write_text(
        f'broker = "amqp://me:{CANARY.format("url")}@host/v"\n'
        f'wrong = 1\n[smtp.work]\nhost = "smtp.example.org"\nuser = "me@example.org"\n'
        f'password = "{CANARY.format("toml")}"\n',
        encoding="utf-8",
    )
    secrets = load_or_make(made.secrets_file, system())
    (made.run / "control.json").write_text(json.dumps({"port": 1, "token": "c" * 64}))
    lines = [f"worker said {name} {value}" for name, value in secrets.items()]
    lines += [f"token {'c' * 64}", f"PASSWORD={CANARY.format('log')}"]
    lines += [f"amqp://launcher:{CANARY.format('amqp')}@127.0.0.1:5672/", "Task received"]
    (made.logs / "worker.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def live(home: Home) -> Live:
    spec = ServiceSpec(
        name="worker",
        title="Worker",
        command=(sys.executable, "-m", "celery", "--password", CANARY.format("argv")),
        environment={"EMAIL_HOST_PASSWORD": CANARY.format("env"), "DEBUG": "0"},
        port=5672,
        address="127.0.0.1",
    )
    return Live(
        words={"Broker": "Private RabbitMQ 4.2.9 node"},
        specs={"worker": spec},
        statuses={"worker": ServiceStatus("worker", ServiceState.READY, wanted=True, pid=1)},
        now=10.0,
        pids=[os.getpid()],
        secrets=[CANARY.format("known")],
    )


def test_no_canary_leaves_the_machine(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_TOKEN", CANARY.format("around"))
    with (home.logs / "django.log").open("w") as log:
        log.write(f"{CANARY.format('around')} {CANARY.format('store')} {CANARY.format('known')}\n")
    generated = json.loads(home.secrets_file.read_text())
    parts = collect(home, CHECKS, live(home), [CANARY.format("store")])
    write(parts, home.root / "all.zip")
    with zipfile.ZipFile(home.root / "all.zip") as opened:
        whole = "\n".join(opened.read(name).decode() for name in opened.namelist())
    assert re.findall(r"canary-\w+-7f3a", whole) == []
    assert [name for name, value in generated.items() if value in whole] == []
    assert "c" * 64 not in whole
    assert "me@example.org" not in whole


def test_what_helps_is_in_it(home: Home) -> None:
    parts = {part.name: part.text for part in collect(home, CHECKS, live(home))}
    assert [*parts] == [
        *("README.txt", "versions.txt", "checks.txt", "settings.toml", "services.txt", "plan.txt"),
        *("processes.txt", "logs/worker.log"),
    ]
    assert "Celery Launcher" in parts["versions.txt"]
    assert "FAIL  Erlang: Erlang 25.2\n      Install 27." in parts["checks.txt"]
    assert 'host = "smtp.example.org"' in parts["settings.toml"]
    assert "settings.toml, line 2: wrong" in parts["settings.toml"]
    assert "ready, wanted" in parts["services.txt"]
    assert "-m celery --password •••" in parts["plan.txt"]
    assert f"{os.getpid():>8}" in parts["processes.txt"]
    assert "Task received" in parts["logs/worker.log"]


def test_the_contents_of_mails_are_not(home: Home) -> None:
    (home.data / "launcher.sqlite3").write_text("Dear Ada")
    (home.data / "unsent-mail.json").write_text("Dear Ada")
    assert "Dear Ada" not in "".join(part.text for part in collect(home, CHECKS))


def test_of_a_long_log_the_last_whole_lines_are_taken(home: Home) -> None:
    line = "x" * 99
    with (home.logs / "beat.log").open("w") as log:
        log.write(f"PASSWORD={'s' * (LOG_BYTES)}\n")
        log.writelines(f"{line}\n" for _ in range(LOG_BYTES // 100 + 5))
    text = next(p.text for p in collect(home, ()) if p.name == "logs/beat.log")
    first, *rest = text.splitlines()
    assert first.endswith("before this are left out)")
    assert set(rest) == {line}
    assert "sss" not in text


def test_what_cannot_be_read_is_said(home: Home) -> None:
    (home.logs / "flower.log").mkdir()
    home.settings_file.unlink()
    parts = {part.name: part.text for part in collect(home, ())}
    assert parts["logs/flower.log"].startswith("This could not be read: IsADirectoryError")
    assert "all defaults hold" in parts["settings.toml"]


def test_the_file_is_this_users_alone_and_comes_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / file_name(dt.datetime(2026, 3, 14, 9, 5, tzinfo=dt.UTC))
    assert path.name == "celery-launcher-diagnostics-20260314-090500.zip"
    path.write_text("an older one")
    write([Part("a.txt", "ä\ud800\n")], path)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as opened:
        assert opened.read("a.txt").decode() == "ä?\n"
    with pytest.raises(OSError, match="No such file"):
        write([], tmp_path / "none" / "x.zip")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_the_command_writes_it_without_a_run(home: Home, tmp_path: Path) -> None:
    (home.run / "control.json").unlink()
    file = tmp_path / "out.zip"
    done = CliRunner().invoke(main, ["diagnostics", str(file), "--home", str(home.root)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(file) as opened:
        names = opened.namelist()
        text = b"".join(opened.read(name) for name in names)
    assert "logs/worker.log" in names
    assert b"7f3a" not in text
    shown = CliRunner().invoke(main, ["diagnostics", "--preview", "--home", str(home.root)])
    for name in names:
        assert f"== {name}\n" in shown.output


def test_a_place_that_cannot_be_written_is_said(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.run / "control.json").unlink()
    place = tmp_path / "none" / "x.zip"
    assert run(["diagnostics", str(place), "--home", str(home.root)], lambda _s: 0) == 1
    assert "Name another FILE" in capsys.readouterr().err
