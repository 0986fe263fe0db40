"""CPU and memory of real process trees."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import psutil
import pytest

from launcher.runtime.usage import UsageMeter
from tests.helpers.waiting import eventually

TREE = """
import subprocess, sys
child = None
for line in sys.stdin:
    if child is None:
        code = "import sys; held = b'x' * 40_000_000; print('up', flush=True); sys.stdin.read()"
        child = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1)
        child.stdout.readline()
    else:
        child.kill()
        child.wait()
        child = None
    print("done", flush=True)
"""


class Tree:
    """A process that starts a child, or ends it, whenever it is told."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", TREE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def turn(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@pytest.fixture
def tree() -> Iterator[Tree]:
    made = Tree()
    yield made
    # Its child ends with the pipe that it reads.
    made.process.kill()
    made.process.communicate()


def memory(meter: UsageMeter, tree: Tree) -> int:
    return meter.measure({"worker": tree.process.pid})["worker"].memory_bytes


def test_a_child_counts_from_when_it_began_until_it_has_ended(tree: Tree) -> None:
    meter = UsageMeter()
    alone = memory(meter, tree)
    tree.turn()
    assert memory(meter, tree) > alone + 40_000_000
    tree.turn()
    assert memory(meter, tree) < alone + 40_000_000


def test_a_process_that_is_not_ours_is_looked_at_but_once(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: Counter[int | None] = Counter()

    class Watched(psutil.Process):
        def __init__(self, pid: int | None = None) -> None:
            looked_at[pid] += 1
            super().__init__(pid)

    monkeypatch.setattr(psutil, "Process", Watched)
    meter = UsageMeter()
    memory(meter, tree)
    at_first = looked_at[os.getpid()]
    assert at_first
    for _ in range(3):
        memory(meter, tree)
    assert looked_at[os.getpid()] == at_first


def test_cpu_is_what_was_used_since_the_last_look() -> None:
    meter = UsageMeter()
    pids = {"busy": os.getpid()}
    meter.measure(pids)

    def used() -> bool:
        sum(range(200_000))
        return meter.measure(pids)["busy"].cpu_percent > 0

    eventually(used, 10, lambda: "no CPU was seen")


def test_a_process_that_is_gone_uses_nothing(tree: Tree) -> None:
    meter = UsageMeter()
    memory(meter, tree)
    tree.process.kill()
    tree.process.wait()
    assert memory(meter, tree) == 0
