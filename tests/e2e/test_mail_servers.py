"""A mail server of the user's own: STARTTLS, a login, and a password that only the worker sees."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
from pathlib import Path

import psutil

from launcher.paths import Home
from launcher.runtime.control import request
from tests.helpers import processes
from tests.helpers.programs import environment, launcher_command
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack
from tests.helpers.waiting import eventually

CANARY = "canary-of-the-mail-server"
MAIN = ("migrate", "django", "worker", "beat", "catcher")


def where_the_canary_is(stack: Stack) -> set[str]:
    """Everything a password could have got into, as far as this machine lets one look."""
    found = set()
    for file in stack.home.rglob("*"):
        if file.is_file() and CANARY.encode() in file.read_bytes():
            found.add(f"file {file.relative_to(stack.home)}")
    for process in processes.of_run(stack.run):
        try:
            if any(CANARY in word for word in process.cmdline()):
                found.add(f"argv of {process.pid}")
            if CANARY in str(process.environ()):
                found.add(f"environment of {process.environ()['CELERY_LAUNCHER_SERVICE']}")
        except psutil.NoSuchProcess:
            continue
    told = {
        "status": json.dumps(stack.status()),
        "env": stack.cli("env", "--json").stdout,
        "logs": stack.log(),
        "smtp list": stack.cli("smtp", "list", "--json").stdout,
        "doctor": stack.cli("doctor", "--json").stdout,
    }
    found |= {name for name, text in told.items() if CANARY in text}
    with sqlite3.connect(stack.home / "data" / "launcher.sqlite3") as database:
        found |= {"rows" for line in database.iterdump() if CANARY in line}
    return found


def test_a_chosen_server_is_used_at_once_and_its_password_reaches_the_worker_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "keyring.json").write_text(json.dumps({"celery-launcher/work": CANARY}))
    with MailServer(secure=True, keep=True) as server:
        own = environment(
            PYTHON_KEYRING_BACKEND="tests.helpers.keyring_in_a_file.Keyring",
            KEYRING_FILE=str(tmp_path / "keyring.json"),
            SSL_CERT_FILE=str(server.authority),
        )
        with Stack(only="worker,django,beat,catcher", env=own) as stack:
            first = stack.pids()
            port = ("--host", "localhost", "--port", str(server.port))
            assert stack.cli("smtp", "add", "work", *port, "--user", "me").returncode == 0
            assert where_the_canary_is(stack) == set()
            assert json.loads(stack.cli("smtp", "use", "work", "--json").stdout) == {
                "ok": True,
                "restarted": True,
            }
            eventually(
                lambda: stack.pids()["worker"] not in (None, first["worker"]),
                30,
                "another worker",
            )
            stack.wait_all_ready()
            after = stack.pids()
            assert {name for name in MAIN if after[name] != first[name]} == {"django", "worker"}
            sent = stack.cli("send", "--to", "ada@example.org", "--subject", "Hi", "--wait")
            assert sent.returncode == 0, sent.stderr + stack.log("worker")
            (taken,) = server.taken()
            assert taken.recipients == ("ada@example.org",)
            assert where_the_canary_is(stack) == {"environment of worker"}
            in_safe_mode_nobody_else_gets_a_mail(stack, server)
            what_is_released_goes_through_its_own_server(stack, server)
            assert where_the_canary_is(stack) == {"environment of worker"}


def changed(stack: Stack, *words: str) -> None:
    """Change something, and wait until the worker was told."""
    before = stack.pids()["worker"]
    assert stack.cli("smtp", *words).returncode == 0
    eventually(lambda: stack.pids()["worker"] not in (None, before), 30, "another worker")
    stack.wait_all_ready()


def in_safe_mode_nobody_else_gets_a_mail(stack: Stack, server: MailServer) -> None:
    changed(stack, "safe", "safe@example.org")
    sent = stack.cli("send", "--to", "bob@example.org,eve@example.org", "--subject", "S", "--wait")
    assert sent.returncode == 0, sent.stderr
    mail = server.taken()[-1]
    assert mail.recipients == ("safe@example.org",)
    assert b"X-Original-To: bob@example.org" in mail.source
    assert stack.mail().queue().safe_mode == "safe@example.org"


def what_is_released_goes_through_its_own_server(stack: Stack, server: MailServer) -> None:
    changed(stack, "safe")
    changed(stack, "use", "catcher")
    changed(stack, "release", "work")
    before = len(server.taken())
    sent = stack.cli("send", "--to", "cat@example.org", "--subject", "R", "--wait")
    assert sent.returncode == 0, sent.stderr
    assert len(server.taken()) == before, "it went out instead of into the inbox"
    client = stack.mail()
    (caught,) = client.inbox().results
    client.release(caught.id, ())
    eventually(lambda: len(server.taken()) == before + 1, 30, lambda: stack.log("worker")[-2000:])
    assert server.taken()[-1].recipients == ("cat@example.org",)


def test_without_a_store_up_asks_at_the_terminal_and_keeps_the_password_in_memory(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text(
        '[smtp.work]\nhost = "127.0.0.1"\nport = 2599\nsecurity = "none"\nuser = "me"\n'
        '[mail]\nprofile = "work"\n'
    )
    mine, its = pty.openpty()
    process = subprocess.Popen(
        launcher_command("up", "--only", "worker", "--broker", "embedded", "--home", str(home)),
        env=environment(PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring"),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    shown = b""
    try:
        while b"Password of me" not in shown:
            shown += os.read(mine, 4096)
        os.write(mine, f"{CANARY}\n".encode())
        while b"answers a ping" not in shown:
            shown += os.read(mine, 4096)
        run = request_run(home)
        (worker,) = processes.copies(run, "worker")[:1]
        assert worker.environ()["EMAIL_HOST_PASSWORD"] == CANARY
        process.terminate()
        while chunk := _read(mine):
            shown += chunk
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        os.close(mine)
    assert b"in memory until you quit" in shown
    assert CANARY.encode() not in shown
    assert not [f for f in home.rglob("*") if f.is_file() and CANARY.encode() in f.read_bytes()]


def request_run(home: Path) -> str:
    (answer,) = request(Home(home), "status")
    return str(answer["run"])


def _read(terminal: int) -> bytes:
    """What is shown; nothing once the other end is gone."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
