"""A job holds a process and all it starts, and ends with whoever made it."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from launcher.platform.windows.job import CREATE_SUSPENDED, Job, resume
from tests.windows.inside.programs import PARENT, eventually, gone, running

LAUNCHER = f"""
import subprocess, sys
from launcher.platform.windows.job import CREATE_SUSPENDED, Job, resume
child = subprocess.Popen(
    [sys.executable, "-c", {PARENT!r}],
    creationflags=CREATE_SUSPENDED, stdout=subprocess.PIPE, text=True,
)
job = Job()
job.take(child.pid)
resume(child.pid)
print(child.pid, child.stdout.readline().strip(), flush=True)
child.wait()
"""


def test_a_suspended_process_takes_no_step_until_it_is_let_go(tmp_path: Path) -> None:
    script = f"open({str(tmp_path / 'stepped')!r}, 'w').close()"
    with running(script, flags=CREATE_SUSPENDED) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        assert not (tmp_path / "stepped").exists()
        resume(process.pid)
        assert process.wait(30) == 0
        assert (tmp_path / "stepped").exists()


def test_a_job_holds_what_its_process_starts_and_ends_all_of_it() -> None:
    job = Job()
    with running(PARENT, flags=CREATE_SUSPENDED) as process:
        job.take(process.pid)
        resume(process.pid)
        grandchild = int(process.stdout.readline())
        assert sorted(job.pids()) == sorted([process.pid, grandchild])
        with ThreadPoolExecutor(2) as both:  # a stop and the end that it brings about
            assert sorted(both.map(lambda _: job.end(), range(2))) == [0, 2]
        assert process.wait(10) == 1
        assert eventually(lambda: gone(grandchild))
        assert job.pids() == []
        assert job.end() == 0


def test_it_holds_the_tree_of_a_batch_file(tmp_path: Path) -> None:
    batch = tmp_path / "server with spaces.bat"
    (tmp_path / "parent.py").write_text(PARENT, encoding="utf-8")
    batch.write_text('@echo off\r\n"%PYTHON%" "%~dp0parent.py"\r\n', encoding="ascii")
    job = Job()
    process = subprocess.Popen(
        [str(batch)],
        env={**os.environ, "PYTHON": sys.executable},
        creationflags=CREATE_SUSPENDED | subprocess.CREATE_NO_WINDOW,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    job.take(process.pid)
    resume(process.pid)
    grandchild = int(process.stdout.readline())
    # cmd.exe, the Python it runs and that one's child; Wine adds the console's own process.
    assert {process.pid, grandchild} < set(job.pids())
    assert job.end() >= 3
    assert eventually(lambda: gone(grandchild))
    process.wait()
    process.stdout.close()


def test_what_a_killed_launcher_started_ends_with_it() -> None:
    with running(LAUNCHER) as launcher:
        child, grandchild = map(int, launcher.stdout.readline().split())
        assert not gone(child)
        launcher.kill()
        assert eventually(lambda: gone(child) and gone(grandchild), 5)


def test_a_process_that_is_gone_cannot_be_taken() -> None:
    with running("pass") as process:
        process.wait()
        pid = process.pid
    with pytest.raises(OSError, match="process"):
        Job().take(pid + 4001)
