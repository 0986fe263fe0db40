"""P1: Start all, until every service is ready.

Measured on a home that was started once before: database and node exist, as on every day but the
first. The launcher, honcho, supervisord and the services alone take turns.
"""

from __future__ import annotations

import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import psutil

from benchmarks import peers, processes, stack
from benchmarks.row import Row
from launcher.core.spec import ServiceKind, ServiceSpec
from launcher.paths import Home
from launcher.services.plan import Plan

GOAL = (
    "Start all <= 1.10 x the larger of the critical path (each service's own boot, in order) and "
    "all CPU-seconds / cores; faster than honcho and supervisord"
)
LIMIT = 1.10
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Boot:
    """One service started alone on an idle machine: seconds and CPU-seconds until it was ready."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class OwnStart:
    """One start by the launcher, in seconds."""

    from_start_all_s: float
    from_process_s: float
    before_start_all_s: float
    ready_s: Mapping[str, float]
    """From Start all until each service was ready."""


def measure(repeats: int | None) -> Row:
    """Take turns, compare medians."""
    peers.need()
    own: list[OwnStart] = []
    alone: list[dict[str, Boot]] = []
    others: dict[str, list[peers.PeerStart]] = {name: [] for name in peers.PEERS}
    busy: list[float] = []
    with stack.fresh_home() as home:
        specs = stack.specs_of(stack.prepared(home))
        for _ in range(repeats or REPEATS):
            busy.append(processes.until_quiet())
            own.append(launcher_start(home, specs))
            for name in peers.PEERS:
                busy.append(processes.until_quiet())
                others[name].append(peers.start(name, stack.plan_of(home), home.root / name))
            boots, still_busy = boots_alone(home)
            alone.append(boots)
            busy += still_busy
    return _row(specs, own, alone, others, busy)


def launcher_start(home: Home, specs: Mapping[str, ServiceSpec]) -> OwnStart:
    """One start of everything by `up`, in a process of its own."""
    launched = stack.Launched(home)
    ready = launched.wait_ready(specs)
    launched.stop()
    asked, done = launched.first_word(), max(ready.values())
    return OwnStart(
        from_start_all_s=done - asked,
        from_process_s=done - launched.began,
        before_start_all_s=asked - launched.began,
        ready_s={name: at - asked for name, at in ready.items()},
    )


def boots_alone(home: Home) -> tuple[dict[str, Boot], list[float]]:
    """Start each service when all it depends on is ready and the machine is idle again.

    Also returns how busy the machine was before each.
    """
    plan = stack.plan_of(home)
    place = home.root / "alone"
    place.mkdir(exist_ok=True)
    boots: dict[str, Boot] = {}
    busy: list[float] = []
    try:
        for spec in stack.specs_of(plan).values():
            busy.append(processes.until_quiet())
            boots[spec.name] = _boot(spec, plan, place)
        stack.end_node(plan, place / "rabbitmq.log")
    finally:
        stack.end_all(plan.run)
    return boots, busy


def critical_path(specs: Mapping[str, ServiceSpec], boots: Mapping[str, float]) -> float:
    """Seconds along the longest chain of dependencies. `specs` stand in start order."""
    done: dict[str, float] = {}
    for name, spec in specs.items():
        done[name] = boots[name] + max((done[each] for each in spec.depends_on), default=0.0)
    return max(done.values())


def _boot(spec: ServiceSpec, plan: Plan, place: Path) -> Boot:
    before = _reaped()
    process, watch, began = stack.begin_alone(spec, plan, place)
    ready = watch.wait(began + stack.READY_LIMIT)
    if ready is None:
        words = (place / f"{spec.name}.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{spec.name} did not come up alone: {processes.said(words)}")
    if spec.kind is ServiceKind.ONE_SHOT:
        process.wait()
        return Boot(ready - began, _reaped() - before)
    return Boot(ready - began, processes.cpu_seconds(process.pid))


def _reaped() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(
    specs: Mapping[str, ServiceSpec],
    own: list[OwnStart],
    alone: list[dict[str, Boot]],
    others: Mapping[str, list[peers.PeerStart]],
    busy: list[float],
) -> Row:
    # The fastest of its repeats: a disturbed boot would make the floor higher, the goal easier.
    boots = {name: min(each[name].wall_s for each in alone) for name in specs}
    path = critical_path(specs, boots)
    cpu = sum(min(each[name].cpu_s for each in alone) for name in specs)
    floor = max(path, cpu / (psutil.cpu_count() or 1))
    start_all = median(each.from_start_all_s for each in own)
    whole = median(each.from_process_s for each in own)
    peer = {f"{name}_s": median(each.all_s for each in starts) for name, starts in others.items()}
    late = {
        f"{name}: {each.late}" for name, starts in others.items() for each in starts if each.late
    }
    noise = mean(busy)
    ratio = start_all / floor
    return Row(
        row="P1",
        holds=ratio <= LIMIT and whole < min(peer.values()),
        goal=GOAL,
        figures={
            "ratio": round(ratio, 3),
            "start_all_s": round(start_all, 2),
            "from_process_start_s": round(whole, 2),
            "before_start_all_s": round(median(each.before_start_all_s for each in own), 3),
            "critical_path_s": round(path, 2),
            "cpu_seconds": round(cpu, 2),
            "cpu_by_cores_s": round(cpu / (psutil.cpu_count() or 1), 2),
            "boot_alone_s": {name: round(seconds, 2) for name, seconds in boots.items()},
            "ready_after_s": {
                name: round(median(each.ready_s[name] for each in own), 2) for name in specs
            },
            "repeats": len(own),
            "busy_before_percent": round(noise, 1),
        },
        peer={name: round(seconds, 2) for name, seconds in peer.items()},
        note="; ".join(
            [
                "second and later starts, medians, taking turns",
                *(["the machine was not idle"] if noise > 25 else []),
                *(f"never ready with {words}" for words in sorted(late)),
            ]
        ),
    )
