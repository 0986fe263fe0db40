"""A service's life as a story: events in, effects out, in words.

    play = Playbook(spec).ready_to_start()
    play.start().gives("spawn", "deadline in 60 s").stands(S.STARTING)

Events are made for the current process and stay. Time goes on when a timer fires, or by `after`.
"""

from __future__ import annotations

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
from launcher.core.machine import step
from launcher.core.spec import LineMeaning, ServiceSpec
from launcher.core.state import Problem, ServiceState, ServiceStatus


class Playbook:
    """Applies events one by one and remembers the last effects and the pending timers."""

    def __init__(self, spec: ServiceSpec) -> None:
        self.spec = spec
        self.status = ServiceStatus(spec.name)
        self.now = 100.0
        self.effects: tuple[Effect, ...] = ()
        self.timers: dict[Timer, tuple[int, float]] = {}

    # -- what must have come of it ---------------------------------------------------------------

    def gives(self, *words: str) -> Playbook:
        """The effects of the last event, all of them, in order."""
        assert [in_words(effect) for effect in self.effects] == list(words)
        return self

    def stands(self, state: ServiceState, **fields: object) -> Playbook:
        """The state, and any other field of the status."""
        assert self.status.state is state
        assert {name: getattr(self.status, name) for name in fields} == fields
        return self

    @property
    def why(self) -> str:
        """The words of the problem, "" when there is none."""
        return self.status.problem.words if self.status.problem else ""

    # -- what happens ----------------------------------------------------------------------------

    def take(self, event: Event) -> Playbook:
        result = step(self.spec, self.status, event, self.now)
        self.status, self.effects = result.status, result.effects
        for effect in result.effects:
            if isinstance(effect, ArmTimer):
                self.timers[effect.timer] = (effect.epoch, self.now + effect.delay)
        return self

    def after(self, seconds: float) -> Playbook:
        self.now += seconds
        return self

    def depends(self, *waiting_on: str) -> Playbook:
        return self.take(DependenciesChanged(waiting_on))

    def ready_to_start(self) -> Playbook:
        return self.depends()

    def start(self) -> Playbook:
        return self.take(StartRequested())

    def stop(self) -> Playbook:
        return self.take(StopRequested())

    def restart(self) -> Playbook:
        return self.take(RestartRequested())

    def spawned(self, pid: int = 4711) -> Playbook:
        return self.take(Spawned(self.status.generation, pid))

    def cannot_spawn(self, words: str) -> Playbook:
        return self.take(SpawnFailed(self.status.generation, Problem(words)))

    def exits(self, code: int) -> Playbook:
        return self.take(Exited(self.status.generation, code))

    def answers(
        self, outcome: ProbeOutcome, detail: str = "", problem: Problem | None = None
    ) -> Playbook:
        return self.take(Probed(self.status.epoch, outcome, detail, problem))

    def prints(self, meaning: LineMeaning, words: str = "") -> Playbook:
        problem = Problem(words) if words else None
        return self.take(LineMatched(self.status.generation, meaning, problem))

    def fires(self, timer: Timer) -> Playbook:
        """Let time pass until the pending `timer` is due."""
        epoch, due = self.timers.pop(timer)
        assert epoch == self.status.epoch, f"{timer} belongs to an earlier stay"
        self.now = max(self.now, due)
        return self.take(TimerFired(epoch, timer))

    # -- whole passages --------------------------------------------------------------------------

    def up(self) -> Playbook:
        """From rest to READY, the usual way."""
        self.ready_to_start().start()
        if self.status.probing:
            self.answers(ProbeOutcome.NOT_READY)
        self.spawned().fires(Timer.PROBE).answers(ProbeOutcome.READY, "answers in 3 ms")
        return self.stands(ServiceState.READY)

    def outside(self) -> Playbook:
        """From rest to EXTERNAL: somebody else's copy answers."""
        self.ready_to_start().start().answers(ProbeOutcome.READY, "answers")
        return self.stands(ServiceState.EXTERNAL)


def in_words(effect: Effect) -> str:
    """An effect without its epoch and generation, which the exploration checks."""
    match effect:
        case Spawn():
            return "spawn"
        case RunStopStep(index=index):
            return f"stop step {index}"
        case ArmTimer(timer=timer, delay=delay):
            return f"{timer} in {delay:g} s"
        case BeginProbe():
            return "ask"
        case ResolvePorts():
            return "resolve ports"
        case Refuse(words):
            return f"refuse: {words}"
