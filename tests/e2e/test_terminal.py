"""The commands that talk to the running instance, and their exit codes."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.helpers.programs import ROOT, environment, launcher_command, run, run_launcher
from tests.helpers.stack import Stack


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["status", "--json"],
        ["down"],
        ["restart", "django"],
        ["start", "django"],
        ["stop", "django"],
        ["logs"],
        ["logs", "worker", "-f"],
        ["send", "--to", "a@example.com"],
        ["env"],
        ["env", "--json"],
    ],
    ids=" ".join,
)
def test_where_nothing_runs_each_command_says_so(words: list[str], tmp_path: Path) -> None:
    done = run_launcher(*words, "--home", str(tmp_path))
    assert done.returncode == 3
    assert "Nothing runs" in done.stderr
    assert done.stdout == ""


def test_status_names_every_service(stack: Stack) -> None:
    done = stack.cli("status", "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["broker"] == "rabbitmq"
    assert answer["run"] == stack.run
    names = [service["name"] for service in answer["services"]]
    assert names == [
        *("epmd", "rabbitmq", "migrate", "django", "worker", "beat", "flower", "catcher")
    ]
    assert all(service["state"] in ("ready", "done") for service in answer["services"])
    readable = stack.cli("status").stdout
    assert all(name in readable for name in names)


def test_restart_changes_one_process_and_nothing_else(stack: Stack) -> None:
    before, since = stack.pids(), len(stack.changes)
    assert stack.cli("restart", "catcher").returncode == 0
    stack.wait("catcher", "ready", since=since)
    after = stack.pids()
    assert after.pop("catcher") != before.pop("catcher")
    assert after == before


def test_an_unknown_service_is_refused_in_words(stack: Stack) -> None:
    for command in ("restart", "logs", "stop"):
        done = stack.cli(command, "djngo")
        assert done.returncode == 1
        assert "djngo" in done.stderr
        assert "django" in done.stderr


def test_logs_hold_the_lines_of_one_service(stack: Stack) -> None:
    done = stack.cli("logs", "worker", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines
    assert {line["service"] for line in lines} == {"worker"}
    assert any("ready" in line["text"] for line in lines)
    everything = stack.cli("logs").stdout
    assert "rabbitmq" in everything
    assert "Server startup complete" in everything


def test_send_saves_and_with_wait_delivers(stack: Stack) -> None:
    mail = ("--to", "one@example.com", "--to", "two@example.com", "--subject", "From a terminal")
    saved = stack.cli("send", *mail, "--text", "Words.", "--json")
    assert saved.returncode == 0, saved.stderr
    assert json.loads(saved.stdout)["state"] in ("queued", "sending", "delivered")
    done = stack.cli("send", *mail, "--text", "Words.", "--wait", "--json")
    assert done.returncode == 0, done.stderr
    sent = json.loads(done.stdout)
    assert sent["state"] == "delivered"
    caught = [row for row in stack.mail().inbox().results if row.mail_id == sent["id"]]
    assert [row.recipients for row in caught] == [("one@example.com", "two@example.com")]


@pytest.mark.parametrize("address", ["not an address", "a@b@c", ""])
def test_a_wrong_address_is_refused_and_nothing_is_queued(stack: Stack, address: str) -> None:
    before = stack.mail().queue().counts
    done = stack.cli("send", "--to", address, "--subject", "No", "--text", "No")
    assert done.returncode == 1
    assert "to" in done.stderr
    assert stack.mail().queue().counts == before


def test_a_second_instance_is_refused_with_4(stack: Stack) -> None:
    for command in ("up", "demo"):
        done = run_launcher(command, "--broker", "embedded", "--home", str(stack.home))
        assert done.returncode == 4
        assert "already runs" in done.stderr


def test_env_lets_the_project_s_own_commands_reach_what_runs(stack: Stack, tmp_path: Path) -> None:
    variables = json.loads(stack.cli("env", "--json").stdout)
    expected = {"SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL"}
    assert expected <= variables.keys()
    checked = run([sys.executable, "manage.py", "check"], env=environment(**variables))
    assert checked.returncode == 0, checked.stderr
    counted = run(
        [
            *(sys.executable, "manage.py", "shell", "--no-imports", "-c"),
            "from send_mail.models import Mail; print('rows', Mail.objects.count())",
        ],
        env=environment(**variables),
    )
    assert "rows" in counted.stdout, counted.stderr
    ping = run(
        [sys.executable, "-m", "celery", "-A", "celerytutorial", "inspect", "ping"],
        env=environment(**variables),
    )
    assert ping.returncode == 0, ping.stdout + ping.stderr
    assert "pong" in ping.stdout
    assert f"launcher-{stack.run[:8]}@localhost" in ping.stdout


def test_env_is_understood_by_a_shell(stack: Stack) -> None:
    launcher = shlex.join(launcher_command("env", "--home", str(stack.home)))
    script = f'eval "$({launcher})" && printf %s "$CELERY_BROKER_URL"'
    done = run(["sh", "-c", script], env=environment(), folder=ROOT)
    assert done.stdout == stack.ask("environment")["environment"]["CELERY_BROKER_URL"]
