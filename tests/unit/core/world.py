"""A small world around the state machine, to be explored completely.

It keeps what the supervisor keeps (pending timers, the probe under way, the child) and offers, for
every situation, each event that can happen in it. Situations that differ only in clock values and
in counters that only grow are one, so that their number is finite.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from launcher.core.events import (
    ArmTimer,
    BeginProbe,
    DependenciesChanged,
    Effect,
    Event,
    Exited,
    LineMatched,
    Probed,
    ProbeOutcome,
    RestartRequested,
    RunStopStep,
    Spawn,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    Timer,
    TimerFired,
)
from launcher.core.machine import step
from launcher.core.spec import LineMeaning, ServiceSpec
from launcher.core.state import Problem, ServiceStatus

NOW = 1000.0
PROBLEM = Problem("It went wrong.", "Mend it.")
DEGRADED = Problem("It does not do all it should.", "Help it.")
"""What a good answer may say beside."""
REQUESTS: tuple[Event, ...] = (StartRequested(), StopRequested(), RestartRequested())


class Child(enum.Enum):
    """What is really there, as opposed to what the status believes."""

    NONE = "none"
    ORDERED = "ordered"
    ALIVE = "alive"


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One situation. Timers and probe belong to the current epoch; older ones are dead letters."""

    status: ServiceStatus
    timers: frozenset[Timer] = frozenset()
    probe: bool = False
    child: Child = Child.NONE

    def key(self, spec: ServiceSpec) -> tuple[object, ...]:
        """What sets this situation apart: not the clock, nor what is only shown or only grows."""
        status = self.status
        return (
            status.state,
            status.wanted,
            status.dependencies_ready,
            status.asked,
            min(status.misses, spec.probe.misses),
            status.failures,
            status.re_resolved,
            status.stop_reason,
            status.stop_step,
            status.settling,
            status.problem is None,
            self.timers,
            self.probe,
            self.child,
        )

    def __str__(self) -> str:
        status = self.status
        timers = ",".join(sorted(self.timers)) or "-"
        return (
            f"{status.state} wanted={status.wanted} reason={status.stop_reason} "
            f"step={status.stop_step} child={self.child.value} timers={timers} "
            f"probe={self.probe} waiting_on={status.waiting_on} failures={status.failures}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """One event in one situation, and what came of it.

    `status` and `effects` are what the machine said; `after` is the first situation of its kind
    that was found, so its counters may differ.
    """

    before: World
    event: Event
    status: ServiceStatus
    effects: tuple[Effect, ...]
    after: World


def initial(spec: ServiceSpec) -> list[World]:
    """The supervisor tells a service of its dependencies before anything else."""
    status = ServiceStatus(spec.name)
    return [
        take(spec, World(status), DependenciesChanged(waiting_on)).after
        for waiting_on in ((), ("other",))
    ]


def take(spec: ServiceSpec, world: World, event: Event) -> Move:
    """Apply an event as the supervisor does. Raises AssertionError for an impossible order."""
    result = step(spec, world.status, event, NOW)
    status, child, probe, timers = result.status, world.child, world.probe, set(world.timers)
    match event:
        case Spawned():
            child = Child.ALIVE
        case SpawnFailed() | Exited():
            child = Child.NONE
        case Probed():
            probe = False
        case TimerFired(timer=timer):
            timers.discard(timer)
    if status.epoch != world.status.epoch:
        timers.clear()
        probe = False
    for effect in result.effects:
        match effect:
            case Spawn(generation):
                assert child is Child.NONE, "a second child was ordered"
                assert generation == status.generation
                child = Child.ORDERED
            case ArmTimer(epoch, timer, delay):
                assert epoch == status.epoch, "a timer was armed for another stay"
                assert delay >= 0
                timers.add(timer)
            case BeginProbe(epoch):
                assert epoch == status.epoch, "a probe was begun for another stay"
                assert not probe, "a second probe was begun"
                probe = True
            case RunStopStep(generation, index):
                assert generation == status.generation
                assert child is not Child.NONE, "nobody is there to be stopped"
                assert 0 <= index < len(spec.stop.steps)
    after = World(status, frozenset(timers), probe, child)
    return Move(world, event, status, result.effects, after)


def environment(world: World) -> Iterator[Event]:
    """What can happen without anybody asking for it."""
    generation, epoch = world.status.generation, world.status.epoch
    if world.child is Child.ORDERED:
        yield Spawned(generation, 1)
        yield SpawnFailed(generation, PROBLEM)
    if world.child is not Child.NONE:
        # The reader of a quick process may report lines and the end before its spawn is told.
        yield Exited(generation, 0)
        yield Exited(generation, 1)
        for meaning in LineMeaning:
            yield LineMatched(generation, meaning)
    if world.probe:
        for outcome in ProbeOutcome:
            yield Probed(epoch, outcome)
        yield Probed(epoch, ProbeOutcome.READY, problem=DEGRADED)
    for timer in sorted(world.timers):
        yield TimerFired(epoch, timer)
    yield DependenciesChanged(() if world.status.waiting_on else ("other",))


def stale(world: World) -> Iterator[Event]:
    """Late answers: of an earlier process, of an earlier stay, or of a child that is gone."""
    generation, epoch = world.status.generation, world.status.epoch
    gone = (generation,) if world.child is Child.NONE else ()
    for old in (generation - 1, *gone):
        yield Spawned(old, 99)
        yield SpawnFailed(old, PROBLEM)
        yield Exited(old, 1)
        for meaning in LineMeaning:
            yield LineMatched(old, meaning, PROBLEM)
    for outcome in ProbeOutcome:
        yield Probed(epoch - 1, outcome)
        if not world.probe:
            yield Probed(epoch, outcome)
    for timer in Timer:
        yield TimerFired(epoch - 1, timer)


def explore(spec: ServiceSpec) -> list[Move]:
    """Every move from every situation that can be reached."""
    seen = {world.key(spec): world for world in initial(spec)}
    queue = deque(seen.values())
    moves: list[Move] = []
    while queue:
        world = queue.popleft()
        for event in (*REQUESTS, *environment(world)):
            move = take(spec, world, event)
            key = move.after.key(spec)
            if key not in seen:
                seen[key] = move.after
                queue.append(move.after)
            moves.append(replace(move, after=seen[key]))
    return moves
