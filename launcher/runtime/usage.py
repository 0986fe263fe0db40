"""CPU and memory of each service's whole process tree, taken when somebody looks."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """`cpu_percent` of one core since the last look; `memory_bytes` resident."""

    cpu_percent: float
    memory_bytes: int


class UsageMeter:
    """Remembers the last look, since CPU use is a difference. One thread at a time.

    Of the system's processes only those that are new since the last look are asked for their
    parent: asking all, every time, cost ten times what reading our own does.
    """

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}
        self._known: dict[int, psutil.Process] = {}

    def measure(self, pids: Mapping[str, int]) -> dict[str, Usage]:
        """What the trees of `pids` (by service) use; blocks for a few milliseconds."""
        self._look_around()
        trees = _trees(pids, self._parents)
        known: dict[int, psutil.Process] = {}
        result: dict[str, Usage] = {}
        for service, members in trees.items():
            cpu, memory = 0.0, 0
            for pid in members:
                with contextlib.suppress(psutil.Error, OSError):
                    process = self._known.get(pid) or psutil.Process(pid)
                    known[pid] = process
                    with process.oneshot():
                        cpu += process.cpu_percent()
                        memory += process.memory_info().rss
            result[service] = Usage(cpu, memory)
        self._known = known
        return result

    def _look_around(self) -> None:
        present = frozenset(psutil.pids())
        # Whoever lost its parent has another one by now; 0 is the system's own.
        settled = {
            pid: parent
            for pid, parent in self._parents.items()
            if pid in present and (parent in present or parent == 0)
        }
        for pid in present - settled.keys():
            # One that ends while it is asked has no parent that matters.
            with contextlib.suppress(psutil.Error, OSError):
                settled[pid] = psutil.Process(pid).ppid()
        self._parents = settled


def _trees(pids: Mapping[str, int], parents: Mapping[int, int]) -> dict[str, list[int]]:
    """Each service's pid and all below it."""
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    trees: dict[str, list[int]] = {}
    for service, root in pids.items():
        members, grown = [root], 0
        while grown < len(members):
            members.extend(children.get(members[grown], ()))
            grown += 1
        trees[service] = members
    return trees
