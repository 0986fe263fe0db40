"""The entry in the desktop's menu: what it starts, its icon, and that it is a valid one."""

from __future__ import annotations

import configparser
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.helpers.needs import need_program

ROOT = Path(__file__).resolve().parents[3]
GUI = ROOT / "launcher" / "gui"
FILE = GUI / "celery-launcher.desktop"


@pytest.fixture
def entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(delimiters="=", interpolation=None)
    parser.optionxform = str  # keys have capitals
    parser.read_string(FILE.read_text(encoding="utf-8"))
    return parser["Desktop Entry"]


def test_it_starts_the_command_that_has_no_console(entry: configparser.SectionProxy) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert entry["Exec"] in project["gui-scripts"]
    assert entry["TryExec"] == entry["Exec"]
    assert entry["Terminal"] == "false"


def test_the_window_belongs_to_it() -> None:
    """A desktop knows by this name which window shows which icon in its bar."""
    assert f'setDesktopFileName("{FILE.stem}")' in (GUI / "main.py").read_text(encoding="utf-8")


def test_its_icon_is_the_windows_own(entry: configparser.SectionProxy) -> None:
    icons = GUI / "icons"
    assert (icons / f"{entry['Icon']}.png").read_bytes() == (icons / "app.png").read_bytes()


def test_it_is_valid() -> None:
    validate = need_program("desktop-file-validate")
    done = subprocess.run([validate, str(FILE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
