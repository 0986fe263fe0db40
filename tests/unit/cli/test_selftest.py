"""`selftest`: that it looks at everything, and that what is damaged is told."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from launcher.cli import Opener, run, selftest
from tests.helpers.programs import ROOT

DEMO = {
    "ok": True,
    "services": [
        {"name": "migrate", "state": "done", "ready_after_ms": 900},
        {"name": "worker", "state": "ready", "ready_after_ms": 2400},
    ],
    "mail": {"state": "delivered", "timeline": [{"event": "delivered", "at_ms": 80}]},
    "left": {"processes": 0, "ports": 0},
}


def never() -> Opener:
    raise AssertionError("no window may open here")


def proven(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, object]]]:
    """Run it; the exit code and the steps by name."""
    code = run(["selftest", "--json"], never)
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is (code == 0)
    assert told["packages"]["celery"]
    return code, {step["step"]: step for step in told["steps"]}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window and the services have their own tests; here they answer at once."""
    monkeypatch.setattr(selftest, "_paint_window", lambda: "painted")
    monkeypatch.setattr(selftest, "run_demo", lambda *_: DEMO)


def test_every_requirement_is_imported_by_a_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.match(r"[\w-]+", line)[0].lower() for line in project["dependencies"]}
    assert set(selftest.MODULES) == names - {"pyside6-essentials"}


def test_each_part_is_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    code, steps = proven(capsys)
    assert code == 0
    assert list(steps) == ["imports", "window", "migrate", "services", "mail", "stop"]
    assert steps["services"]["seconds"] == 2.4


def test_a_module_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(selftest, "MODULES", {"celery": "celery", "waitress": "waitress_gone"})
    code, steps = proven(capsys)
    assert code == 1
    assert not steps["imports"]["ok"]
    assert "waitress_gone" in str(steps["imports"]["words"])
    assert steps["mail"]["ok"], "the others are tried all the same"


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({"mail": {"state": "failed", "timeline": []}}, "mail"),
        ({"mail": {"state": None, "timeline": []}, "error": "worker failed: no"}, "mail"),
        ({"left": {"processes": 1, "ports": 0}}, "stop"),
        ({"services": [{"name": "migrate", "state": "failed", "ready_after_ms": None}]}, "migrate"),
    ],
)
def test_what_went_wrong_fails_its_step(
    changed: dict[str, object],
    step: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(selftest, "run_demo", lambda *_: DEMO | changed)
    code, steps = proven(capsys)
    assert code == 1
    assert not steps[step]["ok"]


def test_a_window_that_dies_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-plugin")
    monkeypatch.setattr(selftest, "has_display", lambda: True)
    step = selftest._timed("window", selftest._paint_window)
    assert not step["ok"]
    assert "no-such-plugin" in step["words"]


def test_a_window_is_painted_without_a_display_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(selftest, "has_display", lambda: False)
    assert "offscreen plugin" in selftest._paint_window()


def test_the_users_own_home_is_not_touched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CELERY_LAUNCHER_HOME", str(tmp_path / "mine"))
    places: list[Path] = []
    monkeypatch.setattr(selftest, "run_demo", lambda home, *_: places.append(home.root) or DEMO)
    proven(capsys)
    assert places
    assert tmp_path not in places[0].parents
    assert not (tmp_path / "mine").exists()
