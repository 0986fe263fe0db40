"""One event being applied to one service: the verbs that the rules in `machine` are made of.

Owns how each state is entered, with what is asked, armed and run at its beginning, and when a
failure is tried again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from launcher.core.events import (
    ArmTimer,
    BeginProbe,
    Effect,
    Probed,
    ResolvePorts,
    RunStopStep,
    Spawn,
    Timer,
)
from launcher.core.spec import ProbeKind, ServiceKind, ServiceSpec
from launcher.core.state import Problem, ServiceState, ServiceStatus, StopReason

S = ServiceState


class Turn:
    """The status so far and the effects so far."""

    def __init__(self, spec: ServiceSpec, status: ServiceStatus, now: float) -> None:
        self.spec = spec
        self.status = status
        self.now = now
        self.effects: list[Effect] = []

    # -- small verbs ---------------------------------------------------------------------------

    def change(self, **changes: Any) -> None:
        """Change the status within its state."""
        self.status = replace(self.status, **changes)

    def enter(self, state: ServiceState, **changes: Any) -> None:
        """Begin a stay in a state: what belongs to the one before counts no more."""
        changes = {
            "probing": False,
            "misses": 0,
            "retry_at": None,
            "stop_reason": None,
            "stop_step": 0,
            "detail": "",
        } | changes
        self.change(state=state, since=self.now, epoch=self.status.epoch + 1, **changes)

    def arm(self, timer: Timer, delay: float) -> None:
        """Have a timer fire in `delay` seconds, if this stay lasts so long."""
        self.effects.append(ArmTimer(self.status.epoch, timer, delay))

    def probe(self) -> None:
        """Ask the service how it is."""
        self.change(probing=True)
        self.effects.append(BeginProbe(self.status.epoch))

    # -- entering states -----------------------------------------------------------------------

    def enter_waiting_anew(self) -> None:
        """A request of the user: earlier failures are forgotten."""
        self.change(wanted=True, failures=0, re_resolved=False, problem=None)
        self.enter_waiting()

    def enter_waiting(self) -> None:
        """Ask whether it is up already, where that makes sense, then wait for others."""
        # A service outside has no other way to be reached than to be asked.
        outside = self.spec.kind is ServiceKind.OUTSIDE
        asks = outside or (
            self.spec.probe.asks_first and self.spec.probe.kind is not ProbeKind.NONE
        )
        self.enter(S.WAITING, asked=not asks, pid=None)
        if asks:
            self.probe()
        self.try_start()

    def try_start(self) -> None:
        """Spawn it if it waits and nothing is in the way."""
        status = self.status
        if (
            status.state is S.WAITING
            and status.asked
            and status.dependencies_ready
            and not status.alive
            and self.spec.kind is not ServiceKind.OUTSIDE
        ):
            generation = status.generation + 1
            self.enter(S.STARTING, generation=generation, alive=True, pid=None, ready_after=None)
            self.change(started_at=self.now)
            self.effects.append(Spawn(generation))
            self.arm(Timer.DEADLINE, self.spec.start_timeout)

    def enter_ready(self, event: Probed) -> None:
        """It is up, for the first time or again."""
        first = self.status.state is S.STARTING
        self.enter(S.READY, problem=event.problem, detail=event.detail)
        if first and self.status.started_at is not None:
            self.change(ready_after=self.now - self.status.started_at)
        self.arm(Timer.STABLE, self.spec.restart.stable_after)
        self.arm(Timer.PROBE, self.spec.probe.interval)

    def enter_external(self, event: Probed) -> None:
        """Somebody else's process answers as it should."""
        self.enter(S.EXTERNAL, problem=event.problem, detail=event.detail, failures=0)
        self.arm(Timer.PROBE, self.spec.probe.interval)

    def enter_stopping(self, reason: StopReason, **changes: Any) -> None:
        """Go through the stop plan; `reason` says what comes after."""
        self.enter(S.STOPPING, stop_reason=reason, **changes)
        self.take_stop_step(0)

    def take_stop_step(self, index: int) -> None:
        """Do a step of the stop plan, within its time."""
        self.change(stop_step=index, settling=False)
        self.effects.append(RunStopStep(self.status.generation, index))
        self.arm(Timer.DEADLINE, self.spec.stop.steps[index].timeout)

    def enter_failed(self, problem: Problem) -> None:
        """Give up."""
        self.enter(S.FAILED, problem=problem)

    def fail_or_back_off(self, problem: Problem) -> None:
        """Count a failure and decide whether it is tried again."""
        failures = self.status.failures + 1
        policy = self.spec.restart
        if failures >= policy.max_failures:
            self.change(failures=failures)
            self.enter_failed(problem)
            return
        delay = policy.backoff.delay(failures)
        self.enter(S.BACKOFF, failures=failures, problem=problem, retry_at=self.now + delay)
        self.arm(Timer.RETRY, delay)

    def conflict(self, problem: Problem) -> None:
        """The port answers for somebody else: choose again once, then give up."""
        ours = self.spec.kind is not ServiceKind.OUTSIDE
        movable = ours and self.spec.port is not None and not self.spec.port_pinned
        if not movable or self.status.re_resolved:
            self.enter_failed(problem)
            return
        self.change(re_resolved=True, problem=problem)
        self.effects.append(ResolvePorts())
        self.enter_waiting()
