"""How a start went: when each service began, how long its own boot took, and which chain of
services it all waited for.

Told from statuses alone, so that the window draws it and a test reads it as data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus


@dataclass(frozen=True, slots=True)
class Boot:
    """One service's own start: seconds of the monotonic clock; `ready_at` is None until then."""

    began_at: float
    ready_at: float | None = None

    @property
    def seconds(self) -> float | None:
        """From its process to its first good answer."""
        return None if self.ready_at is None else max(0.0, self.ready_at - self.began_at)


_UP = frozenset({ServiceState.READY, ServiceState.UNHEALTHY, ServiceState.DONE})


class StartRecord:
    """The last start of all, from the first process to the moment all wanted were ready.

    Fixed at that moment, so that a service restarted later does not change it; forgotten when
    nothing is wanted any more.
    """

    def __init__(self) -> None:
        self.boots: Mapping[str, Boot] = {}
        self.complete = False

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it is under way, or nothing was started."""
        ends = [boot.ready_at for boot in self.boots.values() if boot.ready_at is not None]
        if not self.complete or not ends:
            return None
        return max(0.0, max(ends) - min(boot.began_at for boot in self.boots.values()))

    def observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Take in a new picture of all services."""
        wanted = [status for status in statuses.values() if status.wanted]
        if not wanted:
            self.boots, self.complete = {}, False
        elif not self.complete:
            self.boots = boots({status.service: status for status in wanted})
            self.complete = all(status.satisfies for status in wanted)


def boots(statuses: Mapping[str, ServiceStatus]) -> dict[str, Boot]:
    """The boots that are under way or done; what runs outside or does not run has none."""
    found: dict[str, Boot] = {}
    for name, status in statuses.items():
        if status.started_at is None:
            continue
        if status.state is ServiceState.STARTING:
            found[name] = Boot(status.started_at)
        elif status.state in _UP and status.ready_after is not None:
            found[name] = Boot(status.started_at, status.started_at + status.ready_after)
    return found


def columns(specs: Iterable[ServiceSpec]) -> tuple[tuple[str, ...], ...]:
    """The services by how many others stand before them, in start order."""
    depth: dict[str, int] = {}
    by_name = {spec.name: spec for spec in specs}

    def measure(name: str) -> int:
        if name not in depth:
            before = [measure(each) for each in by_name[name].depends_on if each in by_name]
            depth[name] = max(before, default=-1) + 1
        return depth[name]

    for name in by_name:
        measure(name)
    found: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in by_name:
        found[depth[name]].append(name)
    return tuple(tuple(column) for column in found)


def critical_path(specs: Iterable[ServiceSpec], found: Mapping[str, Boot]) -> tuple[str, ...]:
    """The chain that ended last: each was waited for by the next. () while one is under way."""
    if not found or any(boot.ready_at is None for boot in found.values()):
        return ()
    by_name = {spec.name: spec for spec in specs}
    ready = {name: boot.ready_at or 0.0 for name, boot in found.items() if name in by_name}
    if not ready:
        return ()
    chain = [max(ready, key=lambda name: ready[name])]
    while before := [each for each in by_name[chain[-1]].depends_on if each in ready]:
        chain.append(max(before, key=lambda name: ready[name]))
    return tuple(reversed(chain))
