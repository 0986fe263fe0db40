"""Words for a status: what the state is called, why it is so, and which buttons are live."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from launcher.core.spec import ServiceKind, ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus, StopReason

S = ServiceState


class Tone(enum.StrEnum):
    """What a state means to the eye; each has a colour and a shape of its own."""

    READY = "ready"
    WORKING = "working"
    WAITING = "waiting"
    TROUBLE = "trouble"
    FAILED = "failed"
    OUTSIDE = "outside"
    DONE = "done"
    OFF = "off"


SHAPES: Mapping[Tone, str] = {
    Tone.READY: "●",
    Tone.WORKING: "◐",
    Tone.WAITING: "○",
    Tone.TROUBLE: "▲",
    Tone.FAILED: "◆",
    Tone.OUTSIDE: "◎",
    Tone.DONE: "✓",
    Tone.OFF: "–",
}

_HEADLINES: Mapping[ServiceState, tuple[str, Tone]] = {
    S.STOPPED: ("Stopped", Tone.OFF),
    S.WAITING: ("Waiting", Tone.WAITING),
    S.EXTERNAL: ("Running outside", Tone.OUTSIDE),
    S.STARTING: ("Starting", Tone.WORKING),
    S.READY: ("Ready", Tone.READY),
    S.UNHEALTHY: ("Not answering", Tone.TROUBLE),
    S.STOPPING: ("Stopping", Tone.WORKING),
    S.BACKOFF: ("Trying again", Tone.TROUBLE),
    S.FAILED: ("Failed", Tone.FAILED),
    S.DONE: ("Done", Tone.DONE),
}


_DEGRADED = ("Degraded", Tone.TROUBLE)
"""Ready, or running outside, with a problem."""
_TROUBLED = (Tone.TROUBLE, Tone.FAILED)
"""The tones in which the problem is told; in others it is only remembered."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A status in words. `sentence` may be empty when the headline says it all."""

    headline: str
    tone: Tone
    sentence: str = ""
    remedy: str = ""
    can_start: bool = False
    can_stop: bool = False
    can_restart: bool = False

    @property
    def shape(self) -> str:
        """The mark that stands for the tone where colour cannot be seen."""
        return SHAPES[self.tone]


def explain(
    spec: ServiceSpec,
    status: ServiceStatus,
    now: float,
    titles: Mapping[str, str] | None = None,
) -> Explanation:
    """Say how a service stands at `now` (monotonic seconds).

    `titles` maps names of services to what the user calls them.
    """
    headline, tone = _DEGRADED if status.degraded else _HEADLINES[status.state]
    ours = spec.kind is not ServiceKind.OUTSIDE
    can_restart = ours and status.state in (S.STARTING, S.READY, S.UNHEALTHY)
    stopping = status.state is S.STOPPING
    return Explanation(
        headline=headline,
        tone=tone,
        sentence=_sentence(status, now, titles or {}),
        remedy=status.problem.remedy if status.problem and tone in _TROUBLED else "",
        can_start=status.state in (S.STOPPED, S.FAILED, S.BACKOFF, S.DONE)
        or (stopping and not status.wanted),
        can_stop=status.state in (S.WAITING, S.STARTING, S.READY, S.UNHEALTHY, S.BACKOFF)
        or (status.state is S.FAILED and status.alive)
        or (stopping and status.wanted),
        can_restart=can_restart,
    )


def _sentence(status: ServiceStatus, now: float, titles: Mapping[str, str]) -> str:
    problem = status.problem.words if status.problem else ""
    if status.degraded:
        return problem
    match status.state:
        case S.STOPPED:
            return ""
        case S.WAITING if status.waiting_on:
            names = ", ".join(titles.get(name, name) for name in status.waiting_on)
            return f"waits for {names}"
        case S.WAITING if not status.asked:
            return "looks whether it runs already"
        case S.WAITING:
            return status.detail or "not reached yet"
        case S.STARTING:
            return f"for {duration(now - status.since)}"
        case S.READY:
            return status.detail
        case S.EXTERNAL:
            return "answers here: used, not stopped"
        case S.UNHEALTHY | S.FAILED:
            return problem
        case S.STOPPING:
            return _STOP_WORDS[status.stop_reason or StopReason.USER]
        case S.BACKOFF:
            left = max(0.0, (status.retry_at or now) - now)
            return f"{problem} Again in {duration(left)} (try {status.failures + 1})."
        case S.DONE:
            return "" if status.ready_after is None else f"in {duration(status.ready_after)}"


_STOP_WORDS: Mapping[StopReason, str] = {
    StopReason.USER: "as asked",
    StopReason.RESTART: "to start again",
    StopReason.TIMEOUT: "it did not become ready in time",
    StopReason.UNHEALTHY: "it stopped answering",
    StopReason.FATAL: "it reported a fatal error",
    StopReason.CONFLICT: "its port was taken by another process",
    StopReason.DEPENDENCY: "what it was waiting for failed",
}


def duration(seconds: float) -> str:
    """A span in words: "0.4 s", "12 s", "3 min", "2 h 5 min", "4 days"."""
    if round(seconds, 1) < 10:
        return f"{max(0.0, seconds):.1f} s"
    if round(seconds) < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"
