"""Small programs for the tests to start, and knowing when they are gone."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[3]

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
"""Says that it is up, and stays."""

PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""
"""Starts a sleeper, prints its pid, and stays."""


@contextlib.contextmanager
def running(script: str, *arguments: str, flags: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A Python with this script, ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        creationflags=flags,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
        process.stdout.close()


def gone(pid: int) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        return not psutil.pid_exists(pid)
    return True


def eventually(question: Callable[[], bool], seconds: float = 20) -> bool:
    """Ask until the answer is yes; False when it never was."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.05)
    return True
