"""The guard ends the children of a launcher that was killed, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import psutil
import pytest

HOLDER = """
import os, subprocess, sys, time
from launcher.platform import current
from launcher.platform.system import RUN_VARIABLE
from launcher.runtime.guard import Guard

run, folder = sys.argv[1:]
guard = Guard(current(), run, folder)
marked = dict(os.environ, **{RUN_VARIABLE: run})
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
by_mark = subprocess.Popen(sleep, env=marked, start_new_session=True)
by_session = subprocess.Popen(
    ["sh", "-c", "env -i sleep 60 & exec env -i sleep 60"], start_new_session=True
)
ended = subprocess.Popen(["true"], start_new_session=True)
ended.wait()
bystander = subprocess.Popen(sleep, start_new_session=True)
for child in (by_mark, by_session, ended, bystander):
    guard.watch(child.pid)
guard.forget(ended.pid)
guard.forget(bystander.pid)
print(guard.pid, by_mark.pid, by_session.pid, bystander.pid, flush=True)
if sys.stdin.readline() == "dismiss\\n":
    guard.dismiss()
    print("dismissed", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder() -> subprocess.Popen[str]:
    folder = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), uuid.uuid4().hex, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )


def pids_of(holder: subprocess.Popen[str]) -> list[int]:
    assert holder.stdout is not None
    return [int(word) for word in holder.stdout.readline().split()]


def all_gone(pids: list[int]) -> bool:
    living = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    living = [p for p in living if p.status() != psutil.STATUS_ZOMBIE]
    return not psutil.wait_procs(living, timeout=5)[1]


def test_kill_9_of_the_launcher_ends_its_children_and_spares_a_bystander(
    holder: subprocess.Popen[str],
) -> None:
    guard, by_mark, by_session, bystander = pids_of(holder)
    session = [p.pid for p in psutil.process_iter() if _session_of(p.pid) == by_session]
    assert len(session) == 2
    try:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert all_gone([guard, by_mark, *session])
        assert psutil.pid_exists(bystander)
    finally:
        psutil.Process(bystander).kill()


def test_a_guard_that_is_dismissed_ends_itself(holder: subprocess.Popen[str]) -> None:
    guard, by_mark, by_session, bystander = pids_of(holder)
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdin.write("dismiss\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "dismissed\n"
    assert not psutil.pid_exists(guard)
    holder.kill()
    holder.wait()
    psutil.Process(bystander).kill()
    assert all_gone([by_mark, by_session])


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1
