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
    """Remembers the last look, since CPU use is a difference. One thread at a time."""

    def __init__(self) -> None:
        self._known: dict[int, psutil.Process] = {}

    def measure(self, pids: Mapping[str, int]) -> dict[str, Usage]:
        """What the trees of `pids` (by service) use; blocks for about 10 ms."""
        trees = _trees(pids)
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


def _trees(pids: Mapping[str, int]) -> dict[str, list[int]]:
    """Each service's pid and all below it, by one look at all processes."""
    children: dict[int, list[int]] = {}
    for process in psutil.process_iter(["ppid"]):
        children.setdefault(process.info["ppid"] or 0, []).append(process.pid)
    trees: dict[str, list[int]] = {}
    for service, root in pids.items():
        members, grown = [root], 0
        while grown < len(members):
            members.extend(children.get(members[grown], ()))
            grown += 1
        trees[service] = members
    return trees
