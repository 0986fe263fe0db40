"""Ctrl-C reaches the one service it is meant for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from launcher.platform.windows import console
from tests.windows.inside.programs import SLEEPER, running

POLITE = """
import sys, threading
print("up", flush=True)
try:
    while True:
        threading.Event().wait(0.2)
except KeyboardInterrupt:
    print("asked", flush=True)
    sys.exit(7)
"""


def test_ctrl_c_reaches_the_process_and_nobody_else() -> None:
    hidden = subprocess.CREATE_NO_WINDOW
    with running(POLITE, flags=hidden) as asked, running(SLEEPER, flags=hidden) as other:
        assert asked.stdout.readline() == "up\n"
        assert other.stdout.readline() == "up\n"
        console.interrupt(asked.pid)
        assert asked.stdout.readline() == "asked\n"
        assert asked.wait(20) == 7
        assert other.poll() is None


def test_a_process_that_is_gone_is_no_error() -> None:
    with running("pass") as process:
        process.wait()
        console.interrupt(process.pid)


def test_the_helper_says_that_it_found_nobody() -> None:
    helper = [sys.executable, "-m", "launcher", "interrupt", "999996"]
    assert subprocess.run(helper, check=False).returncode == 1


def test_children_run_on_the_python_that_has_streams(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("python.exe", "pythonw.exe"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "pythonw.exe"))
    assert console.console_python() == str(tmp_path / "python.exe")
    (tmp_path / "python.exe").unlink()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert console.console_python() == str(tmp_path / "pythonw.exe")


def test_children_of_the_installed_program_run_on_the_python_in_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "python.exe").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "Celery Launcher.exe"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "runtime"))
    assert console.console_python() == str(tmp_path / "runtime" / "python.exe")
