"""The programs that a benchmark starts, and what they cost. Ends nothing that it did not start."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

from benchmarks.figures import ROOT
from benchmarks.row import CannotMeasureError
from launcher.runtime.process import child_environment

Process = subprocess.Popen[bytes]  # noqa: TID251 - peers and drivers, not services

_PAUSE = threading.Event()
_BEGUN: list[Process] = []


def pause(seconds: float) -> None:
    """Wait: a benchmark looks again at what it does not control."""
    _PAUSE.wait(seconds)


def wait_for(condition: Callable[[], bool], limit: float, every: float = 0.02) -> bool:
    """Look until the condition holds; False when it does not within `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause(every)
    return True


def begin(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    output: int | IO[bytes] | None = None,
    errors: int | IO[bytes] | None = subprocess.STDOUT,
    descriptors: Sequence[int] = (),
) -> Process:
    """Start a program in a session of its own."""
    process = Process(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=True,
        pass_fds=descriptors,
    )
    _BEGUN.append(process)
    return process


def end_begun() -> None:
    """Kill what was started and still lives: a measurement that failed leaves nothing behind."""
    for process in _BEGUN:
        if process.poll() is None:
            end(process)
    _BEGUN.clear()


def plain_environment(**more: str) -> dict[str, str]:
    """The user's environment, without what it says to other projects and other launchers."""
    own = child_environment(os.environ, {}, "", "")
    for name in [name for name in own if name.startswith("CELERY_LAUNCHER_")]:
        del own[name]
    # Not for our own process: it would change what is measured.
    own.pop("PYTHONUNBUFFERED", None)
    return own | more


def end(process: Process) -> None:
    """Kill one process that this benchmark started, and reap it."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


def cpu_seconds(pid: int) -> float:
    """CPU that a living process, its tree and its reaped children have used."""
    total = 0.0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
    return total


def until_quiet(limit: float = 4.0) -> float:
    """Wait until the machine is idle, so that what is measured next is alone.

    Returns the percentage of all cores that was still busy; above 25 the figures are noisy.
    """
    deadline = time.monotonic() + limit
    while True:
        busy = psutil.cpu_percent(interval=0.3)
        if busy < 8 or time.monotonic() > deadline:
            return busy


@contextlib.contextmanager
def display() -> Iterator[str]:
    """An X server of our own; gives the value for DISPLAY."""
    reader, writer = os.pipe()
    try:
        server = begin(
            [
                *("Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x900x24"),
                *("-nolisten", "tcp", "-noreset"),
            ],
            environment=os.environ,
            output=subprocess.DEVNULL,
            descriptors=[writer],
        )
    except FileNotFoundError as error:
        os.close(reader)
        raise CannotMeasureError("Xvfb is not installed", "apt-get install xvfb") from error
    finally:
        os.close(writer)
    try:
        with os.fdopen(reader, encoding="ascii") as lines:
            number = lines.readline().strip()
        if not number:
            raise CannotMeasureError("Xvfb did not start", "run Xvfb by hand to see why")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder; Erlang may still write a last file into it while it is removed."""
    with tempfile.TemporaryDirectory(
        prefix="celery-launcher-benchmark-", ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def need_module(name: str, distribution: str) -> None:
    """Raise CannotMeasureError unless a peer is installed in this interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {name}"], check=False, capture_output=True
    )
    if done.returncode:
        raise CannotMeasureError(f"the peer {distribution} is not installed", "pip install .[test]")


def said(value: Any) -> str:
    """What a program printed, cut to its end."""
    return str(value).strip()[-600:]
