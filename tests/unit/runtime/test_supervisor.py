"""The supervisor on fakes: order, intent, stale events, moved ports."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from launcher.core.events import ProbeAnswer, ProbeOutcome
from launcher.core.spec import (
    Backoff,
    LineWatch,
    ProbeKind,
    ProbeSpec,
    RestartPolicy,
    ServiceKind,
    ServiceSpec,
    StopAction,
)
from launcher.core.state import ServiceState, ServiceStatus
from launcher.runtime.clock import ClockJumps, MonotonicClock
from launcher.runtime.supervisor import Supervisor, all_at_rest
from tests.helpers.waiting import eventually

QUICK = ProbeSpec(ProbeKind.HTTP_IDENTITY, starting_interval=0.01, interval=0.02)


def service(name: str, *depends_on: str, **changes: object) -> ServiceSpec:
    spec = ServiceSpec(
        name,
        name.title(),
        command=(name,),
        depends_on=depends_on,
        probe=QUICK,
        restart=RestartPolicy(backoff=Backoff(first=0.01, cap=0.02)),
    )
    return replace(spec, **changes)


class FakeChild:
    def __init__(self, runner: FakeRunner, spec: ServiceSpec, on_exit: Callable[[int], None]):
        self.runner, self.spec, self.on_exit = runner, spec, on_exit
        self.pid = 1000 + len(runner.children)

    def act(self, action: StopAction) -> None:
        self.runner.happened.append((action.value, self.spec.name))
        if self.spec.name not in self.runner.stubborn or action is StopAction.KILL_TREE:
            self.end(0)

    def end(self, code: int) -> None:
        self.runner.happened.append(("ended", self.spec.name))
        self.on_exit(code)


class FakeRunner:
    def __init__(self) -> None:
        self.happened: list[tuple[str, str]] = []
        self.children: list[FakeChild] = []
        self.missing: set[str] = set()
        self.refused: dict[str, Exception] = {}
        self.stubborn: set[str] = set()

    def spawn(
        self,
        spec: ServiceSpec,
        on_watch: Callable[[LineWatch, Sequence[str]], None],
        on_exit: Callable[[int], None],
    ) -> FakeChild:
        if spec.name in self.missing:
            raise FileNotFoundError(2, "there is no such program", spec.command[0])
        if spec.name in self.refused:
            raise self.refused[spec.name]
        self.happened.append(("spawned", spec.name))
        child = FakeChild(self, spec, on_exit)
        self.children.append(child)
        if spec.kind is ServiceKind.ONE_SHOT:
            child.end(0)
        return child

    def last(self, name: str) -> FakeChild:
        return [child for child in self.children if child.spec.name == name][-1]

    def alive(self, name: str) -> int:
        began = self.happened.count(("spawned", name))
        return began - self.happened.count(("ended", name))


class House:
    """A supervisor with its fakes."""

    def __init__(self, *specs: ServiceSpec) -> None:
        self.runner = FakeRunner()
        self.answers: dict[str, ProbeAnswer] = {}
        self.asked: Counter[str] = Counter()
        self.notices: list[str] = []
        self.faults: list[Exception] = []
        self.resolved: list[str] = []
        self.moved: tuple[ServiceSpec, ...] | OSError = specs
        self.asleep = 0.0
        self.supervisor = Supervisor(
            specs,
            runner=self.runner,
            make_prober=lambda spec: FakeProber(self, spec),
            clock=MonotonicClock(),
            resolve_ports=self.resolve,
            notice=self.notices.append,
            unexpected=self.faults.append,
            jumps=ClockJumps(MonotonicClock(), self.time_of_day),
        )
        self.supervisor.run()

    def time_of_day(self) -> float:
        return time.monotonic() + self.asleep

    def resolve(self, name: str) -> tuple[ServiceSpec, ...]:
        self.resolved.append(name)
        if isinstance(self.moved, OSError):
            raise self.moved
        return self.moved

    def until(self, **states: ServiceState) -> None:
        reached = self.supervisor.wait_until(
            lambda now: all(now[name].state is state for name, state in states.items()), 5
        )
        assert reached, {name: s.state.value for name, s in self.supervisor.statuses.items()}

    def at(self, what: str, name: str) -> int:
        return self.runner.happened.index((what, name))


class FakeProber:
    def __init__(self, house: House, spec: ServiceSpec) -> None:
        self.house, self.name, self.port = house, spec.name, spec.port

    def probe(self) -> ProbeAnswer:
        self.house.asked[self.name] += 1
        key = f"{self.name}:{self.port}" if self.port else self.name
        return self.house.answers.get(key, ProbeAnswer(ProbeOutcome.READY))

    def close(self) -> None:
        pass


@pytest.fixture
def build() -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def make(*specs: ServiceSpec) -> House:
        houses.append(House(*specs))
        return houses[-1]

    yield make
    for house in houses:
        house.supervisor.close()


def test_each_starts_when_what_it_depends_on_is_ready(build: Callable[..., House]) -> None:
    house = build(
        service("worker", "broker", "migrate"),
        service("broker"),
        service("migrate", kind=ServiceKind.ONE_SHOT),
    )
    house.answers["broker"] = ProbeAnswer(ProbeOutcome.NOT_READY)
    house.supervisor.start_all()
    house.until(broker=ServiceState.STARTING, migrate=ServiceState.DONE)
    assert house.supervisor.statuses["worker"].waiting_on == ("broker",)
    house.answers["broker"] = ProbeAnswer(ProbeOutcome.READY)
    house.until(worker=ServiceState.READY)
    assert house.at("spawned", "broker") < house.at("spawned", "worker")


def test_starting_one_starts_what_it_depends_on_and_nothing_else(
    build: Callable[..., House],
) -> None:
    house = build(service("broker"), service("worker", "broker"), service("flower"))
    house.supervisor.start("worker")
    house.until(worker=ServiceState.READY, broker=ServiceState.READY)
    assert house.supervisor.statuses["flower"].state is ServiceState.STOPPED


def test_the_broker_is_not_told_to_stop_before_all_who_use_it_have_ended(
    build: Callable[..., House],
) -> None:
    house = build(
        service("epmd"),
        service("broker", "epmd"),
        service("worker", "broker"),
        service("beat", "broker"),
        service("flower"),
    )
    house.supervisor.start_all()
    house.until(worker=ServiceState.READY, beat=ServiceState.READY, flower=ServiceState.READY)
    house.supervisor.stop_all()
    assert house.supervisor.wait_until(all_at_rest, 5)
    for user in ("worker", "beat"):
        assert house.at("ended", user) < house.at("terminate", "broker")
    assert house.at("ended", "broker") < house.at("terminate", "epmd")


def test_stopping_the_broker_alone_leaves_the_worker_to_recover(
    build: Callable[..., House],
) -> None:
    house = build(service("broker"), service("worker", "broker"))
    house.supervisor.start_all()
    house.until(worker=ServiceState.READY)
    house.supervisor.stop("broker")
    house.until(broker=ServiceState.STOPPED)
    assert house.supervisor.statuses["worker"].state is ServiceState.READY
    assert house.runner.alive("worker") == 1


def test_of_fifty_quick_clicks_the_last_wins_and_there_are_never_two_copies(
    build: Callable[..., House],
) -> None:
    house = build(service("django"))
    for click in range(50):
        (house.supervisor.stop if click % 2 else house.supervisor.start)("django")
        assert house.runner.alive("django") <= 1
    house.until(django=ServiceState.STOPPED)
    house.supervisor.start("django")
    house.until(django=ServiceState.READY)
    assert house.runner.alive("django") == 1


def test_a_start_during_an_ordered_stop_wins_over_it(build: Callable[..., House]) -> None:
    house = build(service("broker"), service("worker", "broker"))
    house.supervisor.start_all()
    house.until(worker=ServiceState.READY)
    house.supervisor.stop_all()
    house.supervisor.start_all()
    house.until(worker=ServiceState.READY, broker=ServiceState.READY)


def test_a_crash_is_followed_by_a_new_process(build: Callable[..., House]) -> None:
    house = build(service("django"))
    house.supervisor.start("django")
    house.until(django=ServiceState.READY)
    house.runner.last("django").end(-9)
    house.supervisor.wait_until(lambda now: now["django"].restarts == 1, 5)
    house.until(django=ServiceState.READY)
    assert house.runner.alive("django") == 1


def test_a_late_exit_of_an_earlier_process_changes_nothing(build: Callable[..., House]) -> None:
    house = build(service("django"))
    house.supervisor.start("django")
    house.until(django=ServiceState.READY)
    first = house.runner.last("django")
    house.supervisor.restart("django")
    house.supervisor.wait_until(lambda now: now["django"].generation == 2, 5)
    house.until(django=ServiceState.READY)
    first.on_exit(1)
    seen = threading.Event()
    house.supervisor.subscribe(lambda _: seen.set())
    assert seen.wait(5)
    assert house.supervisor.statuses["django"].state is ServiceState.READY


def test_a_program_that_is_not_there_fails_with_its_name(build: Callable[..., House]) -> None:
    house = build(service("flower"))
    house.runner.missing.add("flower")
    house.supervisor.start("flower")
    house.until(flower=ServiceState.FAILED)
    problem = house.supervisor.statuses["flower"].problem
    assert problem is not None
    assert "flower: there is no such program" in problem.words


def test_one_that_ignores_the_polite_stop_is_ended(build: Callable[..., House]) -> None:
    spec = service("worker")
    steps = tuple(replace(step, timeout=0.05) for step in spec.stop.steps)
    house = build(replace(spec, stop=replace(spec.stop, steps=steps)))
    house.runner.stubborn.add("worker")
    house.supervisor.start("worker")
    house.until(worker=ServiceState.READY)
    house.supervisor.stop("worker")
    house.until(worker=ServiceState.STOPPED)
    assert ("kill-tree", "worker") in house.runner.happened


def test_a_lost_port_is_chosen_anew_and_those_who_were_told_the_old_one_restart(
    build: Callable[..., House],
) -> None:
    asks = replace(QUICK, asks_first=True)
    catcher = service("catcher", port=1025, probe=asks)
    worker = service("worker", environment={"EMAIL_URL": "smtp://127.0.0.1:1025"})
    house = build(catcher, worker)
    house.moved = (
        replace(catcher, port=1026, probe=replace(asks, target="1026")),
        replace(worker, environment={"EMAIL_URL": "smtp://127.0.0.1:1026"}),
    )
    house.answers["catcher:1025"] = ProbeAnswer(ProbeOutcome.CONFLICT, "somebody else")
    house.answers["catcher:1026"] = ProbeAnswer(ProbeOutcome.NOT_READY)
    house.supervisor.start("worker")
    house.until(worker=ServiceState.READY)
    house.supervisor.start("catcher")
    house.supervisor.wait_until(lambda now: now["worker"].generation == 2, 5)
    house.until(worker=ServiceState.READY, catcher=ServiceState.STARTING)
    assert house.resolved == ["catcher"]
    assert house.runner.last("catcher").spec.port == 1026
    assert house.runner.last("worker").spec.environment["EMAIL_URL"].endswith("1026")


def test_other_descriptions_restart_those_they_change_and_leave_the_others_alone(
    build: Callable[..., House],
) -> None:
    django, worker, beat = service("django"), service("worker", "django"), service("beat")
    house = build(django, worker, beat)
    house.supervisor.start("django")
    house.supervisor.start("worker")
    house.until(django=ServiceState.READY, worker=ServiceState.READY)
    changed = {"EMAIL_URL": "smtp://another"}
    house.supervisor.describe_anew(
        lambda: (
            django,
            replace(worker, environment=changed),
            replace(beat, environment=changed),
        )
    )
    house.supervisor.wait_until(
        lambda now: now["worker"].generation == 2 and now["worker"].state is ServiceState.READY, 5
    )
    assert house.runner.last("worker").spec.environment == changed
    assert house.supervisor.statuses["django"].generation == 1
    assert house.supervisor.statuses["beat"].state is ServiceState.STOPPED
    house.supervisor.start("beat")
    house.until(beat=ServiceState.READY)
    assert house.runner.last("beat").spec.environment == changed


def test_a_service_that_no_other_port_can_be_given_fails_in_words(
    build: Callable[..., House],
) -> None:
    probe = replace(QUICK, asks_first=True)
    house = build(service("catcher", port=1025, probe=probe))
    house.moved = OSError(28, "No space left on device")
    house.answers["catcher:1025"] = ProbeAnswer(ProbeOutcome.CONFLICT, "somebody else")
    house.supervisor.start("catcher")
    house.until(catcher=ServiceState.FAILED)
    assert house.resolved == ["catcher"]
    assert house.notices == ["Catcher could not be given another port: No space left on device."]


def test_a_restart_of_what_runs_outside_is_refused_in_words(build: Callable[..., House]) -> None:
    outside = service(
        "broker", kind=ServiceKind.OUTSIDE, command=(), probe=replace(QUICK, asks_first=True)
    )
    house = build(outside)
    house.supervisor.start("broker")
    house.until(broker=ServiceState.EXTERNAL)
    house.supervisor.restart("broker")
    house.supervisor.stop("broker")
    house.supervisor.wait_until(lambda now: not now["broker"].wanted, 5)
    assert house.notices == ["Broker was not started here, so it is not restarted here."]
    assert house.supervisor.statuses["broker"].state is ServiceState.EXTERNAL
    assert all_at_rest(house.supervisor.statuses)


def test_an_observer_hears_nothing_after_it_has_left(build: Callable[..., House]) -> None:
    house = build(service("django"))
    heard: list[object] = []
    cancel = house.supervisor.subscribe(heard.append)
    cancel()
    house.supervisor.start("django")
    house.until(django=ServiceState.READY)
    assert len(heard) == 1


def test_an_observer_that_raises_keeps_nothing_from_being_done_or_told(
    build: Callable[..., House],
) -> None:
    house = build(service("django"), service("worker", "django"))

    def broken(statuses: object) -> None:
        raise RuntimeError("a bug of the window")

    house.supervisor.subscribe(broken)
    house.supervisor.start("worker")
    house.until(django=ServiceState.READY, worker=ServiceState.READY)
    assert "a bug of the window" in str(house.faults[0])


def test_a_fault_when_a_timer_fires_does_not_end_the_supervision(
    build: Callable[..., House],
) -> None:
    house = build(service("django"), service("worker"))
    house.supervisor.start("django")
    house.until(django=ServiceState.READY)
    house.runner.refused["django"] = RuntimeError("a fault of ours")
    house.runner.last("django").end(1)
    eventually(lambda: house.faults, 5, "it was not tried again")
    house.supervisor.start("worker")
    house.until(worker=ServiceState.READY)
    assert "a fault of ours" in str(house.faults[0])


def test_a_word_that_no_process_can_be_given_is_told_as_what_it_is(
    build: Callable[..., House],
) -> None:
    house = build(service("django"))
    house.runner.refused["django"] = ValueError("embedded null byte")
    house.supervisor.start("django")
    house.until(django=ServiceState.FAILED)
    problem = house.supervisor.statuses["django"].problem
    assert problem is not None
    assert problem.words == "Django cannot be started: django: embedded null byte."


def test_an_error_inside_a_probe_is_told_and_the_service_is_asked_again(
    build: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    sound = FakeProber.probe

    def probe(prober: FakeProber) -> ProbeAnswer:
        asked.append(prober.name)
        if len(asked) == 1:
            raise RuntimeError("a fault of ours")
        return sound(prober)

    monkeypatch.setattr(FakeProber, "probe", probe)
    house = build(service("worker"))
    house.supervisor.start("worker")
    house.until(worker=ServiceState.READY)
    assert len(asked) >= 2
    assert "a fault of ours" in str(house.faults[0])


def test_probes_that_hang_do_not_hold_up_a_stop(
    build: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, answering, go_on = FakeProber.probe, threading.Event(), threading.Event()
    answering.set()
    hanging: set[str] = set()

    def probe(prober: FakeProber) -> ProbeAnswer:
        if not answering.is_set():
            hanging.add(prober.name)
            go_on.wait(20)
        return sound(prober)

    monkeypatch.setattr(FakeProber, "probe", probe)
    names = [f"service{number}" for number in range(10)]
    house = build(*(service(name) for name in names))
    house.supervisor.start_all()
    house.until(**dict.fromkeys(names, ServiceState.READY))
    answering.clear()
    try:
        eventually(lambda: len(hanging) >= 8, 5, lambda: f"hanging: {hanging}")
        house.supervisor.stop("service0")
        house.until(service0=ServiceState.STOPPED)
    finally:
        go_on.set()


def test_a_probe_that_finds_what_was_known_is_not_told(build: Callable[..., House]) -> None:
    house = build(service("worker"), service("late"))
    told: list[Mapping[str, ServiceStatus]] = []
    house.answers["late"] = ProbeAnswer(ProbeOutcome.NOT_READY)
    house.supervisor.subscribe(told.append)
    house.supervisor.start_all()
    house.until(worker=ServiceState.READY, late=ServiceState.STARTING)
    asked = house.asked["late"]
    eventually(lambda: house.asked["late"] > asked + 5, 5, "asked no more")
    house.answers["late"] = ProbeAnswer(ProbeOutcome.READY)
    house.until(late=ServiceState.READY)

    def news(statuses: Mapping[str, ServiceStatus]) -> list[ServiceStatus]:
        return [replace(status, probing=False) for status in statuses.values()]

    assert all(news(earlier) != news(later) for earlier, later in pairwise(told))


def test_a_service_that_is_added_can_be_started_and_the_others_go_on(
    build: Callable[..., House],
) -> None:
    first, second = service("worker"), service("worker2")
    house = build(first)
    house.supervisor.start_all()
    house.until(worker=ServiceState.READY)
    house.supervisor.describe_anew(lambda: (first, second))
    house.supervisor.start("worker2")
    house.until(worker2=ServiceState.READY)
    assert house.runner.happened.count(("spawned", "worker")) == 1
    assert list(house.supervisor.specs) == list(house.supervisor.statuses) == ["worker", "worker2"]


def removing_the_second(
    build: Callable[..., House], first: ServiceSpec, second: ServiceSpec
) -> House:
    """Two workers are up, and one of them is described no more and takes its time to end."""
    house = build(first, second)
    house.supervisor.start_all()
    house.until(worker2=ServiceState.READY)
    house.runner.stubborn.add("worker2")
    house.supervisor.describe_anew(lambda: (first,))
    house.until(worker2=ServiceState.STOPPING)
    return house


def test_a_service_that_is_removed_is_stopped_politely_and_then_forgotten(
    build: Callable[..., House],
) -> None:
    house = removing_the_second(build, service("worker"), service("worker2"))
    house.supervisor.start("worker2")  # a click that comes too late
    house.runner.last("worker2").end(0)
    eventually(lambda: "worker2" not in house.supervisor.statuses, 5, "worker2 is still there")
    assert list(house.supervisor.specs) == ["worker"]
    assert house.runner.alive("worker2") == 0
    assert house.runner.alive("worker") == 1
    assert house.faults == []


def test_a_service_that_comes_back_while_it_is_being_removed_stays(
    build: Callable[..., House],
) -> None:
    first, second = service("worker"), service("worker2")
    house = removing_the_second(build, first, second)
    house.supervisor.describe_anew(lambda: (first, second))
    house.supervisor.start("worker2")
    house.runner.last("worker2").end(0)
    house.until(worker2=ServiceState.READY)
    assert house.runner.alive("worker2") == 1


def test_after_a_sleep_everything_is_asked_at_once(build: Callable[..., House]) -> None:
    rarely = replace(QUICK, interval=3_600.0)
    house = build(service("broker", probe=rarely), service("django", probe=rarely))
    house.supervisor.start_all()
    house.until(broker=ServiceState.READY, django=ServiceState.READY)
    before = house.asked.copy()
    house.asleep = 3_600.0
    house.supervisor.nudge()  # whatever wakes it first
    eventually(lambda: all(house.asked[name] > before[name] for name in before), 5, "the questions")
