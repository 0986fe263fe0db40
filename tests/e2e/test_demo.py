"""`demo`: from nothing to a mail in the inbox and back, also in homes with difficult names."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers.needs import need_rabbitmq
from tests.helpers.programs import environment, run_launcher

SERVICES = ["migrate", "django", "worker", "beat", "flower", "catcher"]


@pytest.mark.parametrize("broker", ["embedded", "rabbitmq"])
def test_demo_delivers_a_mail_and_leaves_nothing(broker: str) -> None:
    if broker == "rabbitmq":
        need_rabbitmq()
    check_demo(run_demo("--broker", broker), broker)


@pytest.mark.parametrize("broker", ["embedded", "rabbitmq"])
def test_a_home_may_be_long_and_hold_spaces_and_any_letters(tmp_path: Path, broker: str) -> None:
    if broker == "rabbitmq":
        need_rabbitmq()
    home = difficult(tmp_path)
    env = environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    check_demo(run_demo("--broker", broker, "--home", str(home), env=env), broker)
    assert not list((tmp_path / "cache").glob("**/homes/*")), "the other name is left"
    assert (home / "data" / "launcher.sqlite3").is_file()


def difficult(folder: Path) -> Path:
    """A home below `folder` whose path has about 200 characters, of all kinds."""
    odd = folder / "Mein Ordner, für 100% Ärger & 'Größe' 漢字 {0}"
    missing = 200 - len(str(odd)) - 1
    assert missing > 0, f"{folder} is long already"
    return odd / ("x" * missing)


def run_demo(*words: str, env: Mapping[str, str] | None = None) -> dict[str, object]:
    done = run_launcher("demo", "--json", *words, env=env, timeout=150)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stdout + done.stderr
    result: dict[str, object] = json.loads(lines[0])
    assert done.returncode == (0 if result["ok"] else 1)
    return result


def check_demo(result: dict[str, object], broker: str) -> None:
    assert result["ok"], json.dumps(result, indent=1)
    assert result["broker"] == broker
    assert result["left"] == {"processes": 0, "ports": 0}
    services = {each["name"]: each for each in result["services"]}
    assert [name for name in services if name not in ("epmd", "rabbitmq")] == SERVICES
    assert ("rabbitmq" in services) == (broker == "rabbitmq")
    mail = result["mail"]
    assert mail["state"] == "delivered"
    events = [step["event"] for step in mail["timeline"]]
    assert events[0] == "saved"
    assert events[-1] == "delivered"
    times = [step["at_ms"] for step in mail["timeline"]]
    assert times == sorted(times)
    for each in services.values():
        pid = each["pid"]
        assert pid is None or not os.path.exists(f"/proc/{pid}"), f"{each['name']} still runs"  # noqa: PTH110
