"""What is known of a service: its state, why, and the counters that timers and probes refer to.

A leaf: nothing of the launcher is imported here. Times are seconds of the monotonic clock.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class ServiceState(enum.StrEnum):
    """The fact; what the user wants stands apart in `ServiceStatus.wanted`."""

    STOPPED = "stopped"
    WAITING = "waiting"
    EXTERNAL = "external"
    STARTING = "starting"
    READY = "ready"
    UNHEALTHY = "unhealthy"
    STOPPING = "stopping"
    BACKOFF = "backoff"
    FAILED = "failed"
    DONE = "done"


SATISFYING = frozenset({ServiceState.READY, ServiceState.EXTERNAL, ServiceState.DONE})
"""The states of a service in which whoever depends on it may start."""

AT_REST = frozenset({ServiceState.STOPPED, ServiceState.FAILED, ServiceState.DONE})
"""The states in which nothing is going on until somebody asks."""


class StopReason(enum.StrEnum):
    """Why a service is being stopped; decides where it goes when it has ended."""

    USER = "user"
    RESTART = "restart"
    TIMEOUT = "timeout"
    UNHEALTHY = "unhealthy"
    FATAL = "fatal"
    CONFLICT = "conflict"
    DEPENDENCY = "dependency"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in one sentence, and what to do about it."""

    words: str
    remedy: str = ""
    mend: str = field(default="", compare=False)
    """Where it would have to be mended: its "port", the "disk", its "queues", or ""."""


@dataclass(frozen=True, slots=True)
class ExitInfo:
    """How a process ended: `code` as Popen gives it (negative: the signal's number)."""

    code: int
    at: float

    @property
    def words(self) -> str:
        """The outcome as a clause, such as "exited with code 3"."""
        if self.code < 0:
            return f"was ended by signal {-self.code}"
        return f"exited with code {self.code}"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service as it stands. Only `launcher.core.machine.step` makes new ones."""

    service: str
    state: ServiceState = ServiceState.STOPPED
    wanted: bool = False
    since: float = 0.0
    epoch: int = 0
    """Raised at every entry into a state; a timer or probe with an older one is ignored."""
    generation: int = 0
    """Raised at every spawn; an event of an earlier process is ignored."""
    alive: bool = False
    """A spawn was ordered and its end has not been reported."""
    pid: int | None = None
    dependencies_ready: bool = False
    waiting_on: tuple[str, ...] = ()
    asked: bool = False
    """In WAITING: the question "is it up already?" was answered with no."""
    probing: bool = False
    misses: int = 0
    failures: int = 0
    restarts: int = 0
    re_resolved: bool = False
    """The port was chosen anew once since the last start that the user asked for."""
    stop_reason: StopReason | None = None
    stop_step: int = 0
    settling: bool = False
    """In STOPPING: what could be lost in this step is safe, so its time was cut short."""
    problem: Problem | None = None
    """What went wrong; of a service that is up, what it does not do all the same."""
    last_exit: ExitInfo | None = None
    retry_at: float | None = None
    started_at: float | None = None
    """When the current process was spawned."""
    ready_after: float | None = None
    """Seconds from the spawn to the first good probe (or the exit of a one-shot)."""
    detail: str = ""
    """The last probe's own words, such as "answers in 3 ms"."""

    @property
    def satisfies(self) -> bool:
        """Whether whoever depends on this service may start."""
        return self.state in SATISFYING

    @property
    def degraded(self) -> bool:
        """Whether it is up and does not do all that it should; `problem` says what."""
        return self.state in (ServiceState.READY, ServiceState.EXTERNAL) and bool(self.problem)

    @property
    def at_rest(self) -> bool:
        """Whether no process lives and nothing happens until somebody asks."""
        return self.state in AT_REST and not self.alive
