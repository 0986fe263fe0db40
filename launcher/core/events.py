"""What goes into the state machine and what comes out of it.

Events are past or a request (`Exited`, `StopRequested`); effects are imperative (`Spawn`). Both are
data: the supervisor posts the ones and carries out the others.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from launcher.core.spec import LineMeaning
from launcher.core.state import Problem


class ProbeOutcome(enum.StrEnum):
    """What a probe found."""

    READY = "ready"
    NOT_READY = "not-ready"
    CONFLICT = "conflict"
    """Something answers, and it is not the service that is meant."""


class Timer(enum.StrEnum):
    """The timers a state may arm; at most one of each kind is pending a service."""

    PROBE = "probe"
    DEADLINE = "deadline"
    RETRY = "retry"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class StartRequested:
    """The user, or Start all, wants the service to run."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The user, or Stop all, wants the service to end."""


@dataclass(frozen=True, slots=True)
class RestartRequested:
    """The user wants the service to end and run again."""


@dataclass(frozen=True, slots=True)
class DependenciesChanged:
    """The dependencies of the service: all satisfied, or still waiting on some."""

    waiting_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spawned:
    """The process of `generation` lives."""

    generation: int
    pid: int


@dataclass(frozen=True, slots=True)
class SpawnFailed:
    """The process of `generation` could not be started."""

    generation: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Exited:
    """The process of `generation` ended, and so did its tree."""

    generation: int
    code: int


@dataclass(frozen=True, slots=True)
class Probed:
    """The answer to the probe that was begun in `epoch`.

    A READY one may carry a problem: it is up, and does not do all that it should.
    """

    epoch: int
    outcome: ProbeOutcome
    detail: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What a prober came back with; the supervisor makes a Probed of it."""

    outcome: ProbeOutcome
    detail: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class LineMatched:
    """A watched line was printed by the process of `generation`."""

    generation: int
    meaning: LineMeaning
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that was armed in `epoch` is due."""

    epoch: int
    timer: Timer


Event = (
    StartRequested
    | StopRequested
    | RestartRequested
    | DependenciesChanged
    | Spawned
    | SpawnFailed
    | Exited
    | Probed
    | LineMatched
    | TimerFired
)


@dataclass(frozen=True, slots=True)
class Spawn:
    """Start the process of `generation`; answer with Spawned or SpawnFailed."""

    generation: int


@dataclass(frozen=True, slots=True)
class RunStopStep:
    """Take step `index` of the stop plan on the process of `generation`."""

    generation: int
    index: int


@dataclass(frozen=True, slots=True)
class ArmTimer:
    """Fire `timer` in `delay` seconds; replaces a pending one of the same kind."""

    epoch: int
    timer: Timer
    delay: float


@dataclass(frozen=True, slots=True)
class BeginProbe:
    """Ask the service once; answer with Probed."""

    epoch: int


@dataclass(frozen=True, slots=True)
class ResolvePorts:
    """The service's port was lost to another process: choose a free one and tell everyone."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """A request cannot be followed; say so where the user is looking."""

    words: str


Effect = Spawn | RunStopStep | ArmTimer | BeginProbe | ResolvePorts | Refuse
