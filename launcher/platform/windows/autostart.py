"""Starting with the user's session: off until the user asks for it.

One value below the user's own Run key, named after the product and written by nobody else.
https://learn.microsoft.com/windows/win32/setupapi/run-and-runonce-registry-keys
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import subprocess
from collections.abc import Sequence
from pathlib import Path

from launcher.platform.windows import registry

RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
NAME = "Celery Launcher"
INSTALLED = "Celery Launcher.exe"
"""What the installer puts beside the terminal's program; it opens the window."""


def command() -> str | None:
    """What is started with the session; None where nothing of ours is."""
    return registry.text(RUN_KEY, NAME)


def turn_on(program: Sequence[str] = ()) -> None:
    """Have `program` started with the session; () is this Python's window. Raises OSError."""
    registry.set_text(RUN_KEY, NAME, subprocess.list2cmdline(program or _own_window()))


def turn_off() -> None:
    """Have it started no more; no error where it was not. Raises OSError."""
    registry.remove(RUN_KEY, NAME)


def _own_window() -> list[str]:
    own = Path(sys.executable)
    installed = own.with_name(INSTALLED)
    if installed.exists():
        return [str(installed)]
    without_console = own.with_name("pythonw.exe")
    return [str(without_console if without_console.exists() else own), "-m", "launcher"]
