"""Running the tools that a build needs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from installer.errors import BuildError

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""

TIMEOUT = 600.0
"""Seconds for any one tool; the longest, lzma, takes about 100."""

_TOLD = 6
"""Lines of what a tool said last, in words of an error."""

INSTALL_TOOLS = "python3 run.py doctor --fix --for-tests"


def run(
    *command: str, what: str, error: Callable[[str], Exception] = BuildError, folder: Path = ROOT
) -> str:
    """Run a tool to its end and return what it printed; raises `error` of its last words."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired as late:
        raise error(f"{what}: not done after {TIMEOUT:g} s") from late
    if done.returncode:
        told = f"{done.stdout}\n{done.stderr}".strip().splitlines()[-_TOLD:]
        raise error(f"{what}: {' / '.join(line.strip() for line in told)}")
    return done.stdout
