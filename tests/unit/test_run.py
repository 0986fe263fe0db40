"""The file that prepares a checkout: what it asks of pip and apt, none of which is run here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import run as script
from tests.helpers.needs import NEED_ALL


class Machine:
    """Answers commands as told, and remembers them."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.failing = ""
        self.environment = False

    def __call__(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        line = " ".join(command)
        self.commands.append(line)
        if self.failing and self.failing in line:
            return subprocess.CompletedProcess(command, 1, "E: the mirror is on fire")
        if " -m venv " in line:
            self.environment = True
        if "version_info" in line:
            return subprocess.CompletedProcess(command, not self.environment, script.VERSION)
        return subprocess.CompletedProcess(command, 0, "")

    def matching(self, part: str) -> list[str]:
        return [command for command in self.commands if part in command]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    for name in ("pyproject.toml", "constraints.txt", "python"):
        (tmp_path / name).write_text(name)
    files = (tmp_path / "pyproject.toml", tmp_path / "constraints.txt")
    monkeypatch.setattr(script, "run", machine)
    monkeypatch.setattr(script, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(script, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(script, "REQUIREMENTS", files)
    return machine


@pytest.fixture
def without_venv(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[str], object] = script.importlib.util.find_spec
    monkeypatch.setattr(
        script.importlib.util, "find_spec", lambda name: name != "ensurepip" and real(name)
    )


def test_an_environment_is_made_once(machine: Machine) -> None:
    script.make_environment()
    script.make_environment()
    assert len(machine.matching(" -m venv --clear ")) == 1


def test_an_environment_that_cannot_be_made_is_an_error_with_words(machine: Machine) -> None:
    machine.failing = " -m venv "
    with pytest.raises(script.SetupError, match=r"(?s)on fire.*writable"):
        script.make_environment()


def test_packages_are_installed_with_the_pinned_versions_and_once(machine: Machine) -> None:
    script.install("")
    script.install("")
    (line,) = machine.matching("pip")
    assert line.endswith("install -c constraints.txt -e .")


def test_packages_are_installed_again_when_the_requirements_change(machine: Machine) -> None:
    script.install("")
    script.REQUIREMENTS[1].write_text("changed")
    script.install("")
    assert len(machine.matching("pip")) == 2


def test_the_tests_packages_are_added_and_kept(machine: Machine) -> None:
    script.install("")
    script.install("test")
    script.install("")
    script.install("test")
    assert [line.rpartition(" ")[2] for line in machine.matching("pip")] == [".", ".[test]"]


def test_a_failed_installation_shows_pips_words_and_is_tried_again(machine: Machine) -> None:
    machine.failing = "pip"
    with pytest.raises(script.SetupError, match=r"(?s)on fire.*run this again"):
        script.install("")
    machine.failing = ""
    script.install("")
    assert len(machine.matching("pip")) == 2


def test_a_spoilt_stamp_means_installing_again(machine: Machine) -> None:
    for text in ("", "[]", "{}", '{"requirements": 1}'):
        script.STAMP.write_text(text)
        script.install("")
    assert len(machine.matching("pip")) == 4


@pytest.mark.usefixtures("without_venv")
def test_debians_venv_package_is_installed_where_it_is_missing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.shutil, "which", lambda name: name)
    monkeypatch.setattr(script, "as_root", lambda: ["sudo"])
    script.make_environment()
    update, install = machine.matching("apt-get")
    assert update.endswith("update")
    assert install.startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get")
    assert install.endswith(f"python{script.VERSION}-venv")


@pytest.mark.usefixtures("without_venv")
def test_the_exact_command_is_given_where_root_is_out_of_reach(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.shutil, "which", lambda name: name)
    monkeypatch.setattr(script, "as_root", lambda: None)
    with pytest.raises(script.SetupError, match=r"sudo sh -c 'apt-get update && .*-venv'"):
        script.make_environment()


def test_an_old_python_is_refused_in_words(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert script.main([]) == 5
    assert "needs Python 3.11 or newer" in capsys.readouterr().err
    assert machine.commands == []


def test_arguments_go_to_the_command(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[list[str]] = []
    monkeypatch.setattr(script, "hand_over", lambda command: handed.append(command) or 0)
    assert script.main(["demo", "--json"]) == 0
    assert handed[0][0].endswith("celery-launcher")
    assert handed[0][1:] == ["demo", "--json"]


def test_every_gate_is_run_even_when_one_fails(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[str] = []

    def call(command: list[str], cwd: str) -> int:
        called.append(" ".join(command))
        return int("mypy" in command)

    monkeypatch.setattr(script.subprocess, "call", call)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("VIRTUAL_ENV", "")
    monkeypatch.setenv(NEED_ALL, "")
    assert script.main(["test", "-k", "core"]) == 1
    assert os.environ[NEED_ALL] == "1"
    assert machine.matching("doctor --fix --for-tests")
    assert "ruff" in called[0]
    assert called[-1].endswith("pytest -k core")
    assert len(called) == len(script.GATES) + 1
    assert "Failed: mypy" in capsys.readouterr().err


def test_the_installer_is_built_with_all_that_it_needs(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(script.subprocess, "call", lambda command, cwd: called.append(command) or 2)
    assert script.main(["installer", "build", "--fast"]) == 2
    assert machine.matching("install -c constraints.txt -e .[test]")
    assert machine.matching("doctor --fix --for-tests")
    assert called[0][1:] == ["-m", "installer", "build", "--fast"]


def test_the_whole_suite_leaves_no_test_out() -> None:
    whole = [script.ROOT / argument for argument in script.WHOLE_SUITE if "/" in argument]
    tests = sorted((script.ROOT / "tests").rglob("test_*.py"))
    assert len(tests) > 100
    assert [test for test in tests if not any(folder in test.parents for folder in whole)] == []


@pytest.mark.parametrize("again", [0, 1])
def test_what_fails_in_the_whole_suite_is_run_once_more(
    again: int,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    runs: list[list[str]] = []

    def call(command: list[str], cwd: str) -> int:
        if "pytest" not in command:
            return 0
        runs.append(command)
        return again if "--last-failed" in command else script.TESTS_FAILED

    monkeypatch.setattr(script.subprocess, "call", call)
    for name in ("PATH", "VIRTUAL_ENV", NEED_ALL):
        monkeypatch.setenv(name, "")
    assert script.main(["test"]) == again
    assert len(runs) == 2
    assert "-n" not in runs[1], "alone"
    said = capsys.readouterr().err
    assert ("Failed: pytest" if again else "held only when they ran alone") in said


def test_a_suite_that_could_not_run_is_not_run_once_more(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[list[str]] = []

    def call(command: list[str], cwd: str) -> int:
        runs.append(command)
        return 4 if "pytest" in command else 0

    monkeypatch.setattr(script.subprocess, "call", call)
    for name in ("PATH", "VIRTUAL_ENV", NEED_ALL):
        monkeypatch.setenv(name, "")
    assert script.main(["test"]) == 1
    assert len(runs) == len(script.GATES) + 1
