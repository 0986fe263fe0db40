"""R20: a wrong Erlang, several Erlangs, a foreign cookie: words and a remedy for each."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psutil

from tests.faults.setting import Options, repeat
from tests.helpers import rabbit
from tests.helpers.measuring import NotInstalled, Tally
from tests.helpers.programs import environment, run_launcher
from tests.helpers.stack import Stack

WRONG, TOO_NEW = "20.3", "99.0"
_REFUSES = (
    "Error: This RabbitMQ version cannot run on Erlang 20.3 (erts 9.3): "
    "minimum required version is 24.2 (erts 12.2)"
)
"""What `rabbit_prelaunch_erlang_compat` of 3.10.8 says; the stand-in says it in its place."""
FOREIGN = "A-COOKIE-OF-SOMEBODY-ELSE"
CANNOT_START = 5
"""The exit code of `up` when this folder cannot be used."""


def r20(options: Options) -> Tally:
    """The three of them, one after the other, each in a home of its own."""
    if rabbit.installed() is None:
        raise NotInstalled("RabbitMQ", "apt-get update && apt-get install -y rabbitmq-server")
    tally = Tally("R20", options.repeats)

    def trial() -> None:
        base = Path(tempfile.mkdtemp(prefix="celery-launcher-r20-"))
        try:
            wrong_erlang(base / "wrong", tally)
            several_erlangs(base / "several", tally)
            foreign_cookie(base / "cookie", tally)
        finally:
            shutil.rmtree(base, ignore_errors=True)

    repeat(tally, trial)
    return tally


def wrong_erlang(base: Path, tally: Tally) -> None:
    """ERLANG_HOME names an Erlang that is too old: told before, and told by the node itself."""
    erlang = stand_in(base / "erlang", WRONG)
    env = environment(ERLANG_HOME=str(erlang))
    pair = checks(base / "home", env)["Erlang and RabbitMQ together"]
    assert pair["verdict"] == "fail", pair
    assert f"found {WRONG}" in pair["fact"], pair
    # The machine's own Erlang fits: the remedy names it.
    assert "Remove ERLANG_HOME, or set it to" in pair["remedy"], pair
    with Stack(broker=None, home=base / "auto", only="catcher", env=env) as stack:
        # Not asked for by name: the embedded broker takes its place.
        assert stack.status()["broker"] == "embedded", stack.status()
    with Stack(
        broker="rabbitmq", home=base / "named", only="rabbitmq", env=env, wait=False
    ) as stack:
        node = stack.wait_state("rabbitmq", "failed", timeout=60)
        assert f"does not run on Erlang {WRONG}" in node["detail"], node
        assert "ERLANG_HOME" in node["remedy"], node
    tally.count("told_wrong_erlang")


def several_erlangs(base: Path, tally: Tally) -> None:
    """A newer Erlang comes first on PATH: the one that fits is taken, told, and runs the node."""
    found = rabbit.installed()
    assert found is not None
    other = stand_in(base / "newer", TOO_NEW)
    env = environment(PATH=f"{other / 'bin'}{os.pathsep}{os.environ['PATH']}")
    told = checks(base / "home", env)["Erlang"]
    assert told["verdict"] == "ok", told
    assert f"Erlang {found.erlang_version} at" in told["fact"], told
    assert f"also there: {TOO_NEW} at" in told["fact"], told
    assert "ERLANG_HOME" in told["remedy"], told
    with Stack(broker="rabbitmq", home=base / "home", only="rabbitmq", env=env) as stack:
        pid = stack.service("rabbitmq")["pid"]
        running = Path(psutil.Process(pid).exe()).resolve()
        assert not running.is_relative_to(base), running
    tally.count("told_several_erlangs")


def foreign_cookie(base: Path, tally: Tally) -> None:
    """Somebody else's cookie stands where the node's belongs: replaced, or said where it cannot."""
    home = base / "home"
    with Stack(broker="rabbitmq", home=home, only="rabbitmq"):
        pass
    (cookie,) = (home / "data").glob("rabbitmq-*/.erlang.cookie")
    own = cookie.read_text(encoding="utf-8")
    cookie.unlink()
    cookie.write_text(FOREIGN, encoding="utf-8")
    cookie.chmod(0o644)
    with Stack(broker="rabbitmq", home=home, only="rabbitmq"):
        assert cookie.read_text(encoding="utf-8") == own
    cookie.unlink()
    (cookie / "not ours").mkdir(parents=True)
    done = run_launcher("up", "--home", str(home), "--broker", "rabbitmq", timeout=60)
    assert done.returncode == CANNOT_START, done
    assert f"The Erlang cookie {cookie} is not ours" in done.stderr, done.stderr
    assert "Remove it" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    tally.count("told_foreign_cookie")


def stand_in(folder: Path, version: str) -> Path:
    """An Erlang of this version whose `erl` says what RabbitMQ says of a wrong one."""
    found = rabbit.installed()
    assert found is not None
    (folder / "bin").mkdir(parents=True)
    erl = folder / "bin" / "erl"
    erl.write_text(f"#!/bin/sh\necho '{_REFUSES}' >&2\nexit 70\n", encoding="utf-8")
    erl.chmod(0o755)
    (folder / "bin" / "epmd").symlink_to(found.epmd)
    release = folder / "releases" / version.partition(".")[0]
    release.mkdir(parents=True)
    (release / "OTP_VERSION").write_text(f"{version}\n", encoding="utf-8")
    return folder


def checks(home: Path, env: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What `doctor` says, by name."""
    done = run_launcher("doctor", "--json", "--home", str(home), timeout=60, env=env)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}
