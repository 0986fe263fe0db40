"""`up`: what it prints, how it ends, what it refuses."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest

from tests.helpers import processes
from tests.helpers.namespaces import hiding_rabbitmq, read_only
from tests.helpers.ports import free_port
from tests.helpers.programs import Program, environment, launcher_command, run, run_launcher
from tests.helpers.stack import Stack

AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
STATES = {"waiting", "starting", "ready", "stopping", "stopped", "done"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_in_order_and_leave_nothing(number: signal.Signals) -> None:
    with Stack(only="beat,catcher") as stack:
        home = stack.home
        assert stack.stop(number) == 0
        lines = [json.loads(line.text) for line in stack.program.output]
        assert all(set(line) == {"at", "service", "state", "pid", "detail"} for line in lines)
        assert all(AT.fullmatch(line["at"]) for line in lines)
        assert {line["state"] for line in lines} <= STATES
        last = {line["service"]: line["state"] for line in lines}
        assert last == {"migrate": "stopped", "beat": "stopped", "catcher": "stopped"}
        assert not (home / "run" / "control.json").exists()
        assert stack.cli("status").returncode == 3


def test_only_starts_what_was_named_and_what_it_depends_on() -> None:
    with Stack(only="django") as stack:
        states = {name: service["state"] for name, service in stack.services().items()}
        assert states == {
            "migrate": "done",
            "django": "ready",
            "worker": "stopped",
            "beat": "stopped",
            "flower": "stopped",
            "catcher": "stopped",
        }
        assert len(processes.copies_by_service(stack.run)) == 1
        assert stack.cli("down").returncode == 0
        assert stack.program is not None
        assert stack.program.wait(5) == 0


def test_only_an_unknown_service_is_refused(tmp_path: Path) -> None:
    done = run_launcher("up", "--only", "djngo", "--broker", "embedded", "--home", str(tmp_path))
    assert done.returncode == 1
    assert "djngo" in done.stderr


def test_readable_lines_say_what_runs_where(tmp_path: Path) -> None:
    words = ("up", "--only", "catcher", "--broker", "embedded", "--home", str(tmp_path / "h"))
    with Program(launcher_command(*words)) as program:
        program.wait_for("Mail catcher", 30)
        program.wait_for("Ready", 30)
        program.signal(signal.SIGTERM)
        assert program.wait(20) == 0
        assert "Stopped. 0 processes and 0 ports are left." in program.text


def test_a_broker_of_another_kind_is_not_yet_there(tmp_path: Path) -> None:
    done = run_launcher("up", "--broker", "redis://localhost", "--home", str(tmp_path / "home"))
    assert done.returncode == 2
    assert "not supported yet" in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    home = tmp_path / "file" / "home"
    for command in ("up", "demo"):
        done = run_launcher(command, "--broker", "embedded", "--home", str(home))
        assert done.returncode == 5, done.stderr
        assert str(home) in done.stderr
        assert "--home" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_read_only_home_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    before = read_only(tmp_path / "home")
    command = [*before, *launcher_command("up", "--home", str(tmp_path / "home"))]
    done = run(command, env=environment())
    assert done.returncode == 5, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('pool = "threads"\nconcurency = 3\n', "line 2: concurency: there is no such setting"),
        ("concurrency = 10\npool = threads\n", "line 2"),
    ],
)
def test_broken_settings_are_named_and_the_defaults_used(text: str, told: str) -> None:
    with Stack(only="migrate", settings=text) as stack:
        warned = [line for line in stack.log("launcher").splitlines() if "settings.toml" in line]
        assert len(warned) == 1
        assert told in warned[0]
        assert stack.service("migrate")["state"] == "done"


def test_a_wrong_password_of_an_external_broker_is_said(stack: Stack) -> None:
    where = stack.service("rabbitmq")
    url = f"amqp://launcher:wrong-word@{where['address']}:{where['port']}/launcher"
    with Stack(broker=url, only="worker", wait=False) as other:
        failed = other.wait("rabbitmq", "failed", timeout=20)
        assert "refuses the login of launcher" in failed.detail
        assert "password" in failed.detail
        assert other.service("worker")["state"] == "waiting"
        assert "wrong-word" not in other.program.text + other.log()


def test_an_external_broker_is_used_and_left_alone(stack: Stack) -> None:
    url = stack.secret("worker", "CELERY_BROKER_URL")
    with Stack(broker=url, only="flower") as other:
        assert other.status()["broker"] == "external"
        assert other.service("rabbitmq")["state"] == "external"
        assert other.service("rabbitmq")["pid"] is None
        other.ask("restart", service="rabbitmq")
        assert other.service("rabbitmq")["state"] == "external"
        password = url.partition("@")[0].rpartition(":")[2]
        assert password not in other.program.text + other.log()
    assert stack.service("rabbitmq")["state"] == "ready"


def test_an_external_broker_that_is_away_is_waited_for() -> None:
    url = f"amqp://someone:word@127.0.0.1:{free_port()}//"
    with Stack(broker=url, only="worker", wait=False) as stack:
        stack.wait_state("migrate", "done")
        stack.until(lambda: stack.service("rabbitmq")["detail"], 10, "words")
        assert stack.service("rabbitmq")["state"] == "waiting"
        assert "nobody listens there yet" in stack.service("rabbitmq")["detail"]
        assert stack.service("worker")["state"] == "waiting"
        assert "RabbitMQ" in stack.service("worker")["detail"]


def test_without_rabbitmq_the_embedded_broker_is_chosen(tmp_path: Path) -> None:
    before = hiding_rabbitmq()
    with Stack(broker=None, only="migrate", before=before) as stack:
        assert stack.status()["broker"] == "embedded"
    command = launcher_command("up", "--broker", "rabbitmq", "--home", str(tmp_path / "home"))
    done = run([*before, *command])
    assert done.returncode == 5
    assert "celery-launcher doctor --fix" in done.stderr
