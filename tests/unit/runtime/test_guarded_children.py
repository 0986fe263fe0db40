"""Whether there is a guard is the system's word."""

from __future__ import annotations

import queue
import sys
from pathlib import Path

import pytest

from launcher.core.spec import ServiceSpec
from launcher.paths import Home
from launcher.platform import current
from launcher.runtime import instance
from launcher.runtime.guarded_children import GuardedChildren
from launcher.runtime.logs import LogStore


class FakeGuard:
    def __init__(self) -> None:
        self.told: list[str] = []

    def watch(self, pid: int) -> None:
        self.told.append("+")

    def forget(self, pid: int) -> None:
        self.told.append("-")

    def dismiss(self) -> None:
        self.told.append("dismissed")


@pytest.mark.parametrize("needed", [True, False])
def test_a_guard_is_made_for_the_first_child_where_the_system_needs_one(
    needed: bool, tmp_path: Path
) -> None:
    system, made, exits = current(), [], queue.Queue()
    system.needs_guard = needed
    home = Home(tmp_path)
    home.prepare()
    holder = instance.take(home, system, "run-of-a-test")

    def make() -> FakeGuard:
        made.append(FakeGuard())
        return made[-1]

    children = GuardedChildren(system, holder, LogStore(home.logs), make)
    for _ in range(2):
        spec = ServiceSpec("job", "Job", command=(sys.executable, "-c", "pass"))
        children.spawn(spec, lambda *_: None, exits.put)
        assert exits.get(timeout=10) == 0
    children.dismiss_guard()
    holder.release()
    assert [guard.told for guard in made] == ([["+", "-", "+", "-", "dismissed"]] if needed else [])
