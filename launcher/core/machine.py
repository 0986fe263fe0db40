"""The rules of a service's life: `step(spec, status, event, now)`.

Owns every transition between states. Owns no clock, thread or process: the supervisor carries the
effects out and posts what came of them. The table of states stands in docs/architecture.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

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
    Refuse,
    ResolvePorts,
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
from launcher.core.spec import LineMeaning, ProbeKind, ServiceKind, ServiceSpec
from launcher.core.state import ExitInfo, Problem, ServiceState, ServiceStatus, StopReason

S = ServiceState


@dataclass(frozen=True, slots=True)
class Step:
    """The new status and what has to be done about it, in this order."""

    status: ServiceStatus
    effects: tuple[Effect, ...] = ()


def step(spec: ServiceSpec, status: ServiceStatus, event: Event, now: float) -> Step:
    """Apply one event to one service.

    `now` is the monotonic time in seconds. Events of an earlier process (generation) or of an
    earlier stay in a state (epoch) change nothing.
    """
    turn = _Turn(spec, status, now)
    turn.take(event)
    return Step(turn.status, tuple(turn.effects))


class _Turn:
    """One event being applied: the status so far and the effects so far."""

    def __init__(self, spec: ServiceSpec, status: ServiceStatus, now: float) -> None:
        self.spec = spec
        self.status = status
        self.now = now
        self.effects: list[Effect] = []

    # -- small verbs ---------------------------------------------------------------------------

    def change(self, **changes: Any) -> None:
        self.status = replace(self.status, **changes)

    def enter(self, state: ServiceState, **changes: Any) -> None:
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
        self.effects.append(ArmTimer(self.status.epoch, timer, delay))

    def probe(self) -> None:
        self.change(probing=True)
        self.effects.append(BeginProbe(self.status.epoch))

    # -- dispatch ------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        match event:
            case StartRequested():
                self.start()
            case StopRequested():
                self.stop()
            case RestartRequested():
                self.restart()
            case DependenciesChanged(waiting_on):
                self.dependencies_changed(waiting_on)
            case Spawned(generation, pid):
                if generation == self.status.generation and self.status.alive:
                    self.spawned(pid)
            case SpawnFailed(generation, problem):
                if generation == self.status.generation and self.status.alive:
                    self.spawn_failed(problem)
            case Exited(generation, code):
                if generation == self.status.generation and self.status.alive:
                    self.exited(code)
            case Probed(epoch=epoch):
                if epoch == self.status.epoch and self.status.probing:
                    self.change(probing=False)
                    self.probed(event)
            case LineMatched(generation=generation):
                if generation == self.status.generation and self.status.alive:
                    self.line_matched(event)
            case TimerFired(epoch, timer):
                if epoch == self.status.epoch:
                    self.timer_fired(timer)

    # -- requests ------------------------------------------------------------------------------

    def start(self) -> None:
        match self.status.state:
            case S.STOPPED | S.BACKOFF | S.DONE:
                self.enter_waiting_anew()
            case S.FAILED:
                if self.status.alive:
                    self.enter_stopping(StopReason.RESTART, wanted=True)
                else:
                    self.enter_waiting_anew()
            case S.STOPPING:
                self.change(wanted=True, stop_reason=StopReason.RESTART)
            case _:
                self.change(wanted=True)

    def stop(self) -> None:
        match self.status.state:
            case S.STOPPED:
                pass
            case S.WAITING | S.BACKOFF | S.DONE:
                self.enter(S.STOPPED, wanted=False, problem=None)
            case S.FAILED if not self.status.alive:
                self.enter(S.STOPPED, wanted=False, problem=None)
            case S.EXTERNAL:
                self.change(wanted=False)
            case S.STOPPING:
                self.change(wanted=False, stop_reason=StopReason.USER)
            case _:
                self.enter_stopping(StopReason.USER, wanted=False)

    def restart(self) -> None:
        match self.status.state:
            case S.EXTERNAL:
                self.effects.append(
                    Refuse(f"{self.spec.title} was not started here, so it is not restarted here.")
                )
            case S.STARTING | S.READY | S.UNHEALTHY:
                self.enter_stopping(StopReason.RESTART, wanted=True)
            case S.WAITING:
                self.change(wanted=True)
            case _:
                self.start()

    # -- entering states -----------------------------------------------------------------------

    def dependencies_changed(self, waiting_on: tuple[str, ...]) -> None:
        self.change(waiting_on=waiting_on, dependencies_ready=not waiting_on)
        if waiting_on and self.status.state is S.STARTING and self.spec.boots_beside:
            # It waits inside for what may never come: it waits outside, where that is told.
            self.enter_stopping(StopReason.DEPENDENCY)
        self.try_start()

    def enter_waiting_anew(self) -> None:
        """A request of the user: earlier failures are forgotten."""
        self.change(wanted=True, failures=0, re_resolved=False, problem=None)
        self.enter_waiting()

    def enter_waiting(self) -> None:
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
        first = self.status.state is S.STARTING
        self.enter(S.READY, problem=event.problem, detail=event.detail)
        if first and self.status.started_at is not None:
            self.change(ready_after=self.now - self.status.started_at)
        self.arm(Timer.STABLE, self.spec.restart.stable_after)
        self.arm(Timer.PROBE, self.spec.probe.interval)

    def enter_external(self, event: Probed) -> None:
        self.enter(S.EXTERNAL, problem=event.problem, detail=event.detail, failures=0)
        self.arm(Timer.PROBE, self.spec.probe.interval)

    def enter_stopping(self, reason: StopReason, **changes: Any) -> None:
        self.enter(S.STOPPING, stop_reason=reason, **changes)
        self.take_stop_step(0)

    def take_stop_step(self, index: int) -> None:
        self.change(stop_step=index, settling=False)
        self.effects.append(RunStopStep(self.status.generation, index))
        self.arm(Timer.DEADLINE, self.spec.stop.steps[index].timeout)

    def enter_failed(self, problem: Problem) -> None:
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

    # -- processes -----------------------------------------------------------------------------

    def spawned(self, pid: int) -> None:
        self.change(pid=pid)
        if self.status.state is S.STOPPING:
            # Stop was asked for before the process lived: the step had nobody to go to.
            self.take_stop_step(self.status.stop_step)
        elif self.status.state is S.STARTING and self.spec.kind is ServiceKind.DAEMON:
            if self.spec.waits_for_hint:
                self.arm(Timer.PROBE, self.spec.hint_fallback)
            else:
                self.arm(Timer.PROBE, self.spec.probe.starting_interval)

    def spawn_failed(self, problem: Problem) -> None:
        self.change(alive=False, pid=None)
        if self.status.state is S.STOPPING:
            self.stopped_as_asked()
        else:
            self.enter_failed(problem)

    def exited(self, code: int) -> None:
        info = ExitInfo(code, self.now)
        self.change(alive=False, pid=None, last_exit=info)
        one_shot = self.spec.kind is ServiceKind.ONE_SHOT
        match self.status.state:
            case S.STOPPING:
                self.stopped_as_asked()
            case S.FAILED:
                pass
            case S.STARTING if one_shot and code == 0:
                self.change(failures=0)
                started = self.status.started_at
                after = None if started is None else self.now - started
                self.enter(S.DONE, problem=None, ready_after=after)
            case S.STARTING:
                self.fail_or_back_off(
                    Problem(f"{self.spec.title} {info.words} before it was ready.", "See its log.")
                )
            case _:
                self.fail_or_back_off(
                    Problem(f"{self.spec.title} {info.words} unexpectedly.", "See its log.")
                )

    def stopped_as_asked(self) -> None:
        problem = self.status.problem or Problem(f"{self.spec.title} was stopped.")
        match self.status.stop_reason:
            case StopReason.USER:
                self.enter(S.STOPPED, problem=None)
            case StopReason.RESTART:
                self.enter_waiting_anew()
            case StopReason.CONFLICT:
                self.conflict(problem)
            case StopReason.DEPENDENCY:
                self.enter_waiting()
            case _:
                self.fail_or_back_off(problem)

    def line_matched(self, event: LineMatched) -> None:
        state = self.status.state
        match event.meaning:
            case LineMeaning.READY_HINT if state is S.STARTING and not self.status.probing:
                if self.spec.kind is ServiceKind.DAEMON:
                    self.probe()
            case LineMeaning.FATAL if state in (S.STARTING, S.READY, S.UNHEALTHY):
                words = f"{self.spec.title} reported a fatal error."
                self.enter_stopping(
                    StopReason.FATAL, problem=event.problem or Problem(words, "See its log.")
                )
            case LineMeaning.PORT_TAKEN if state is S.STARTING:
                words = f"{self.spec.title} found its port taken by another process."
                self.enter_stopping(StopReason.CONFLICT, problem=event.problem or Problem(words))
            case LineMeaning.MAY_END if state is S.STOPPING and not self.status.settling:
                # Once a step: a service that goes on saying so must not put its end off for ever.
                settle = self.spec.stop.steps[self.status.stop_step].settle
                if settle > 0:
                    self.change(settling=True)
                    self.arm(Timer.DEADLINE, settle)
            case _:
                pass

    # -- probes --------------------------------------------------------------------------------

    def probed(self, event: Probed) -> None:
        good = event.outcome is ProbeOutcome.READY
        match self.status.state:
            case S.WAITING:
                self.probed_waiting(event)
            case S.STARTING if good:
                self.enter_ready(event)
            case S.STARTING if event.outcome is ProbeOutcome.CONFLICT:
                self.enter_stopping(StopReason.CONFLICT, problem=self.problem_of(event))
            case S.STARTING:
                self.change(detail=event.detail)
                self.arm(Timer.PROBE, self.spec.probe.starting_interval)
            case S.UNHEALTHY if good:
                self.enter_ready(event)
            case S.READY | S.EXTERNAL | S.UNHEALTHY:
                self.probed_running(event, good=good)
            case _:
                pass

    def probed_waiting(self, event: Probed) -> None:
        match event.outcome:
            case ProbeOutcome.READY:
                self.enter_external(event)
            case ProbeOutcome.CONFLICT:
                self.conflict(self.problem_of(event))
            case ProbeOutcome.NOT_READY:
                self.change(asked=True, detail=event.detail)
                self.try_start()
                if self.status.state is S.WAITING:
                    self.arm(Timer.PROBE, self.spec.probe.interval)

    def probed_running(self, event: Probed, *, good: bool) -> None:
        misses = 0 if good else self.status.misses + 1
        self.change(misses=misses, detail=event.detail)
        if good:
            self.change(problem=event.problem)
        if misses < self.spec.probe.misses or self.status.state is S.UNHEALTHY:
            self.arm(Timer.PROBE, self.spec.probe.interval)
            return
        problem = self.problem_of(event)
        if self.status.state is S.READY:
            self.enter(S.UNHEALTHY, problem=problem, detail=event.detail)
            self.arm(Timer.PROBE, self.spec.probe.interval)
            if self.spec.restart.unhealthy_limit is not None:
                self.arm(Timer.DEADLINE, self.spec.restart.unhealthy_limit)
        elif self.status.wanted:
            self.fail_or_back_off(problem)
        else:
            self.enter(S.STOPPED, problem=None)

    def problem_of(self, event: Probed) -> Problem:
        if event.problem is not None:
            return event.problem
        return Problem(f"{self.spec.title} does not answer: {event.detail or 'no reason given'}.")

    # -- timers --------------------------------------------------------------------------------

    def timer_fired(self, timer: Timer) -> None:
        state = self.status.state
        match timer:
            case Timer.PROBE if not self.status.probing and state in _PROBED_BY_TIMER:
                self.probe()
            case Timer.DEADLINE if state is S.STARTING:
                seconds = self.spec.start_timeout
                self.enter_stopping(
                    StopReason.TIMEOUT,
                    problem=Problem(
                        f"{self.spec.title} was not ready after {seconds:g} s.", "See its log."
                    ),
                )
            case Timer.DEADLINE if state is S.UNHEALTHY:
                self.enter_stopping(StopReason.UNHEALTHY)
            case Timer.DEADLINE if state is S.STOPPING:
                self.next_stop_step()
            case Timer.RETRY if state is S.BACKOFF:
                self.change(restarts=self.status.restarts + 1)
                self.enter_waiting()
            case Timer.STABLE if state is S.READY:
                self.change(failures=0, re_resolved=False)
            case _:
                pass

    def next_stop_step(self) -> None:
        index = self.status.stop_step + 1
        if index < len(self.spec.stop.steps):
            self.take_stop_step(index)
            return
        self.enter_failed(
            Problem(
                f"{self.spec.title} (pid {self.status.pid or 'unknown'}) could not be ended.",
                "End it with the system's task manager, then press Start.",
            )
        )


_PROBED_BY_TIMER = frozenset({S.WAITING, S.STARTING, S.READY, S.UNHEALTHY, S.EXTERNAL})
