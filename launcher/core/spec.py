"""What a service is: its command, how it is probed, restarted and stopped.

Owns the frozen descriptions that the state machine and the runtime share. How a description is made
from the settings is told in `launcher.services`; how it is carried out, in `launcher.runtime`.
All durations are in seconds.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class ServiceKind(enum.StrEnum):
    """What the launcher may expect of a service's process."""

    DAEMON = "daemon"
    """Runs until it is stopped; an exit that nobody asked for is a failure."""
    ONE_SHOT = "one-shot"
    """Runs once and ends; exit code 0 satisfies whoever depends on it."""
    OUTSIDE = "outside"
    """Has no command of ours: only probed, never started or stopped."""


class ProbeKind(enum.StrEnum):
    """How a probe proves that the answer comes from the service that is meant."""

    NONE = "none"
    AMQP_LOGIN = "amqp-login"
    HTTP_IDENTITY = "http-identity"
    HTTP_LOGIN = "http-login"
    SMTP_GREETING = "smtp-greeting"
    WORKER_PING = "worker-ping"
    TICK_FILE = "tick-file"
    EPMD_NAMES = "epmd-names"


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """How to ask a service whether it is ready.

    `target` and `identity` are read by the prober of that kind (an address or URL, and what the
    answer must contain); `secret` names an entry of the credentials, never the secret itself.
    """

    kind: ProbeKind = ProbeKind.NONE
    target: str = ""
    identity: str = ""
    user: str = ""
    secret: str = field(default="", repr=False)
    alarms: str = ""
    """Where a broker tells of its resource alarms (a URL of its management API); "" asks nobody."""
    asks_first: bool = False
    """Whether the question "is it up already?" makes sense before our own start."""
    timeout: float = 3.0
    starting_interval: float = 0.1
    interval: float = 5.0
    misses: int = 3
    """Consecutive bad answers after which a ready service counts as unhealthy."""


class LineMeaning(enum.StrEnum):
    """What the launcher learns from a line that a service printed."""

    READY_HINT = "ready-hint"
    """The service says that it has come up: probe it now."""
    FATAL = "fatal"
    """The service will not come up: stop it and say why."""
    PORT_TAKEN = "port-taken"
    """The service lost its port to another process: choose again."""
    MAY_END = "may-end"
    """While stopping: what could be lost is safe, so the process may be ended."""


@dataclass(frozen=True, slots=True)
class LineWatch:
    """A pattern in a service's output and what it means.

    `words` may hold `{0}`, `{1}`, which are filled with the pattern's groups. `count` is the number
    of matching lines that together carry the meaning.
    """

    pattern: str
    meaning: LineMeaning
    words: str = ""
    remedy: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays between tries: `first`, then times `factor`, at most `cap`."""

    first: float = 0.5
    factor: float = 2.0
    cap: float = 30.0

    def delay(self, attempt: int) -> float:
        """Seconds to wait before try number `attempt + 1`; `attempt` counts failures from 1."""
        # Beyond 64 steps any growth has met its cap, and a float would overflow.
        return float(min(self.cap, self.first * self.factor ** min(64, max(0, attempt - 1))))


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How often a failing service is tried again, and when its failures are forgotten."""

    max_failures: int = 5
    backoff: Backoff = Backoff()
    stable_after: float = 10.0
    unhealthy_limit: float | None = None
    """Seconds of UNHEALTHY after which the service is restarted; None leaves it to recover."""


class StopAction(enum.StrEnum):
    """One way to ask a process to end, from polite to final."""

    TERMINATE = "terminate"
    """Ask the main process (SIGTERM; Ctrl-C through the console on Windows), or run the service's
    own command for it."""
    KILL_TREE = "kill-tree"
    """End the whole tree at once."""


@dataclass(frozen=True, slots=True)
class StopStep:
    """Do `action`, then wait up to `timeout` for the exit.

    `settle` is how long to go on waiting after a MAY_END line before the next step is taken.
    """

    action: StopAction
    timeout: float
    settle: float = 0.0


@dataclass(frozen=True, slots=True)
class StopPlan:
    """The steps of an ordered stop; the last one must be final."""

    steps: tuple[StopStep, ...] = (
        StopStep(StopAction.TERMINATE, timeout=10.0),
        StopStep(StopAction.KILL_TREE, timeout=5.0),
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the service that the user can open, and the login that belongs to it."""

    label: str
    url: str
    user: str = ""
    secret: str = field(default="", repr=False)
    """The name of the credential that is shown beside the link, to be copied."""
    one_time: bool = False
    """Whether the service hands out a one-time login link for this page."""


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """Everything the launcher needs to run one service.

    `environment` is added to the launcher's own; it may hold secrets, so it is never printed.
    """

    name: str
    title: str
    kind: ServiceKind = ServiceKind.DAEMON
    summary: str = ""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = ""
    depends_on: tuple[str, ...] = ()
    boots_beside: frozenset[str] = frozenset()
    """Those of `depends_on` that need only be starting when this one starts: its process waits for
    them itself, after its own long imports. When one of them fails meanwhile, it waits again."""
    address: str = ""
    port: int | None = None
    port_pinned: bool = False
    probe: ProbeSpec = ProbeSpec()
    watches: tuple[LineWatch, ...] = ()
    waits_for_hint: bool = False
    """Probe only after the READY_HINT line (a too early probe would be logged as an error)."""
    hint_fallback: float = 20.0
    start_timeout: float = 60.0
    restart: RestartPolicy = RestartPolicy()
    stop: StopPlan = StopPlan()
    stop_command: tuple[str, ...] = ()
    """Asks it to end, with the same environment, where a signal would not do; () asks by one."""
    log_file: str = ""
    """A file of its own that it logs to; its new lines are read as if they were printed."""
    links: tuple[Link, ...] = ()
