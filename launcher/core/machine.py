"""The rules of a service's life: `step(spec, status, event, now)`.

Owns what each event does in each state; what begins with a state stands in `turn`. Owns no clock,
thread or process: the supervisor carries the effects out and posts what came of them. The table of
states stands in docs/architecture.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from launcher.core.events import (
    DependenciesChanged,
    Effect,
    Event,
    Exited,
    LineMatched,
    Probed,
    ProbeOutcome,
    Refuse,
    RestartRequested,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    Timer,
    TimerFired,
)
from launcher.core.spec import LineMeaning, ServiceKind, ServiceSpec
from launcher.core.state import ExitInfo, Problem, ServiceState, ServiceStatus, StopReason
from launcher.core.turn import Turn

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
    turn = _Rules(spec, status, now)
    turn.take(event)
    return Step(turn.status, tuple(turn.effects))


class _Rules(Turn):
    """What each event does, by the state that it meets."""

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

    def dependencies_changed(self, waiting_on: tuple[str, ...]) -> None:
        self.change(waiting_on=waiting_on, dependencies_ready=not waiting_on)
        if waiting_on and self.status.state is S.STARTING and self.spec.boots_beside:
            # It waits inside for what may never come: it waits outside, where that is told.
            self.enter_stopping(StopReason.DEPENDENCY)
        self.try_start()

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
