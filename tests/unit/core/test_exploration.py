"""The whole state machine, explored: each reachable situation x each event, and what must hold.

`world.py` tells what a situation is. Each test is one invariant, for each shape of service.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pytest

from launcher.core.events import (
    ArmTimer,
    Exited,
    Refuse,
    RestartRequested,
    Spawn,
    SpawnFailed,
    StartRequested,
    StopRequested,
    Timer,
    TimerFired,
)
from launcher.core.explain import SHAPES, explain
from launcher.core.machine import step
from launcher.core.spec import (
    ProbeKind,
    ProbeSpec,
    RestartPolicy,
    ServiceKind,
    ServiceSpec,
    StopAction,
    StopPlan,
    StopStep,
)
from launcher.core.state import AT_REST, ServiceState, StopReason
from tests.unit.core.world import (
    DEGRADED,
    NOW,
    REQUESTS,
    Child,
    Move,
    World,
    explore,
    initial,
    stale,
    take,
)

S = ServiceState

DAEMON = ServiceSpec(
    "web",
    "Web",
    command=("web",),
    port=8000,
    probe=ProbeSpec(ProbeKind.HTTP_IDENTITY, asks_first=True, misses=2),
    waits_for_hint=True,
    restart=RestartPolicy(max_failures=2, unhealthy_limit=60.0),
    stop=StopPlan(
        (
            StopStep(StopAction.TERMINATE, timeout=10.0, settle=0.2),
            StopStep(StopAction.KILL_TREE, timeout=5.0),
        )
    ),
)
SPECS: Mapping[str, ServiceSpec] = {
    "daemon that is asked first": DAEMON,
    "daemon with a pinned port": replace(
        DAEMON,
        port_pinned=True,
        waits_for_hint=False,
        probe=replace(DAEMON.probe, asks_first=False),
        restart=RestartPolicy(max_failures=1),
    ),
    "daemon that boots beside another": replace(
        DAEMON, depends_on=("other",), boots_beside=frozenset({"other"})
    ),
    "one-shot": replace(DAEMON, kind=ServiceKind.ONE_SHOT, port=None, probe=ProbeSpec()),
    "outside": replace(DAEMON, kind=ServiceKind.OUTSIDE, command=()),
    "outside that nobody marked": replace(
        DAEMON, kind=ServiceKind.OUTSIDE, probe=replace(DAEMON.probe, asks_first=False)
    ),
}


@cache
def moves_of(shape: str) -> list[Move]:
    return explore(SPECS[shape])


@cache
def situations_of(shape: str) -> list[World]:
    return list(dict.fromkeys(move.before for move in moves_of(shape)))


@pytest.fixture(params=SPECS)
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spec(shape: str) -> ServiceSpec:
    return SPECS[shape]


@pytest.fixture
def moves(shape: str) -> list[Move]:
    return moves_of(shape)


@pytest.fixture
def situations(shape: str) -> list[World]:
    return situations_of(shape)


def reached(situations: list[World]) -> set[ServiceState]:
    return {world.status.state for world in situations}


def by_itself(moves: list[Move]) -> Iterator[Move]:
    """The moves that nobody asked for."""
    return (move for move in moves if move.event not in REQUESTS)


def test_every_state_is_reached_by_some_service() -> None:
    assert set().union(*(reached(situations_of(shape)) for shape in SPECS)) == set(S)


def test_only_states_that_suit_the_kind_are_reached(
    spec: ServiceSpec, situations: list[World]
) -> None:
    states = reached(situations)
    if spec.kind is ServiceKind.OUTSIDE:
        assert states == {S.STOPPED, S.WAITING, S.EXTERNAL, S.BACKOFF, S.FAILED}
    elif spec.kind is ServiceKind.ONE_SHOT:
        assert S.DONE in states
        assert states.isdisjoint({S.READY, S.UNHEALTHY})
    else:
        assert S.DONE not in states


def test_there_are_never_two_children(moves: list[Move]) -> None:
    # `take` refuses a Spawn while a child of the world lives; this is the status' own view.
    for move in moves:
        assert move.status.alive == (move.after.child is not Child.NONE), move.before
        assert sum(isinstance(effect, Spawn) for effect in move.effects) <= 1


def test_a_service_outside_is_never_spawned(spec: ServiceSpec, moves: list[Move]) -> None:
    spawns = any(isinstance(effect, Spawn) for move in moves for effect in move.effects)
    assert spawns == (spec.kind is not ServiceKind.OUTSIDE)


def test_the_status_knows_whether_a_probe_is_under_way(moves: list[Move]) -> None:
    for move in moves:
        assert move.status.probing == move.after.probe, (str(move.before), move.event)


def test_whoever_is_wanted_has_something_coming(situations: list[World]) -> None:
    settled = {S.READY, S.UNHEALTHY, S.EXTERNAL, S.DONE, S.FAILED}
    for world in situations:
        if world.status.wanted and world.status.state not in settled:
            coming = world.timers or world.probe or world.child is not Child.NONE
            assert coming or world.status.waiting_on, str(world)


def test_each_state_has_what_it_leaves_by(spec: ServiceSpec, situations: list[World]) -> None:
    for world in situations:
        watched = world.probe or Timer.PROBE in world.timers
        match world.status.state:
            case S.READY | S.EXTERNAL | S.UNHEALTHY:
                assert watched, str(world)
            case S.STARTING | S.STOPPING:
                assert Timer.DEADLINE in world.timers, str(world)
                assert world.child is not Child.NONE, str(world)
            case S.BACKOFF:
                assert Timer.RETRY in world.timers, str(world)
            case S.WAITING:
                assert watched or world.status.waiting_on, str(world)
                if spec.kind is ServiceKind.OUTSIDE:
                    assert watched, str(world)
    if spec.kind is ServiceKind.DAEMON:
        living = (w for w in situations if w.status.state is S.STARTING and w.child is Child.ALIVE)
        for world in living:
            assert world.probe or Timer.PROBE in world.timers, str(world)


def test_nothing_is_pending_for_a_service_at_rest(situations: list[World]) -> None:
    for world in situations:
        if world.status.state in AT_REST:
            assert not world.timers, str(world)
            assert not world.probe, str(world)


def test_what_is_wanted_and_what_is_agree(situations: list[World]) -> None:
    for world in situations:
        status = world.status
        match status.state:
            case S.STOPPED:
                assert not status.wanted, str(world)
            case S.WAITING | S.STARTING | S.READY | S.UNHEALTHY | S.BACKOFF | S.DONE:
                assert status.wanted, str(world)
            case S.STOPPING:
                assert status.wanted == (status.stop_reason is not StopReason.USER), str(world)


def test_a_child_lives_only_in_the_states_that_have_one(situations: list[World]) -> None:
    with_child = {S.STARTING, S.READY, S.UNHEALTHY, S.STOPPING}
    for world in situations:
        if world.child is not Child.NONE:
            assert world.status.state in with_child | {S.FAILED}, str(world)
        else:
            assert world.status.state not in with_child, str(world)


def test_every_entry_raises_the_epoch(moves: list[Move]) -> None:
    for move in moves:
        raised = move.status.epoch - move.before.status.epoch
        assert raised >= 0
        if move.status.state is not move.before.status.state:
            assert raised > 0, (str(move.before), move.event)


def test_the_generation_is_raised_by_a_spawn_and_by_nothing_else(moves: list[Move]) -> None:
    for move in moves:
        spawned = any(isinstance(effect, Spawn) for effect in move.effects)
        assert move.status.generation == move.before.status.generation + spawned


def test_stale_events_change_nothing(spec: ServiceSpec, situations: list[World]) -> None:
    for world in situations:
        for event in stale(world):
            result = step(spec, world.status, event, NOW + 1)
            assert result.status is world.status, (str(world), event)
            assert not result.effects, (str(world), event)


def test_every_stop_is_followed_or_under_way(moves: list[Move]) -> None:
    for move in moves:
        if move.event == StopRequested():
            assert not move.status.wanted
            assert move.status.state in (S.STOPPED, S.STOPPING, S.EXTERNAL), str(move.before)


def test_a_stop_works_through_its_plan(spec: ServiceSpec, moves: list[Move]) -> None:
    """DEADLINE takes the next step, and after the last one the service has FAILED."""
    last = len(spec.stop.steps) - 1
    for move in moves:
        before = move.before.status
        if before.state is S.STOPPING and isinstance(move.event, TimerFired):
            assert move.event.timer is Timer.DEADLINE
            if before.stop_step == last:
                assert move.status.state is S.FAILED
                assert move.status.problem is not None
            else:
                assert move.status.stop_step == before.stop_step + 1


def test_nothing_puts_a_stop_off_for_ever(moves: list[Move]) -> None:
    """Each new DEADLINE is a step forward, so there are finitely many before the end."""

    def progress(world: World) -> tuple[int, bool, bool]:
        return (
            world.status.stop_step,
            world.child is Child.ALIVE,
            world.status.settling,
        )

    for move in moves:
        if move.before.status.state is S.STOPPING and move.status.state is S.STOPPING:
            armed = any(isinstance(effect, ArmTimer) for effect in move.effects)
            assert progress(move.after) >= progress(move.before), str(move.before)
            if armed:
                assert progress(move.after) > progress(move.before), (str(move.before), move.event)


def test_a_stopped_child_ends_where_the_last_click_pointed(moves: list[Move]) -> None:
    for move in moves:
        before = move.before.status
        if before.state is S.STOPPING and isinstance(move.event, Exited | SpawnFailed):
            if before.stop_reason is StopReason.USER:
                assert move.status.state is S.STOPPED
            elif before.stop_reason is StopReason.RESTART:
                assert move.status.state in (S.WAITING, S.STARTING)
            else:
                assert move.status.state in (S.BACKOFF, S.FAILED, S.WAITING, S.STARTING)


def test_nothing_starts_what_is_not_wanted(moves: list[Move]) -> None:
    for move in by_itself(moves):
        if not move.before.status.wanted:
            assert not move.status.wanted
            assert not any(isinstance(effect, Spawn) for effect in move.effects)


def test_from_every_situation_a_start_can_still_succeed(moves: list[Move]) -> None:
    sources: dict[World, list[World]] = defaultdict(list)
    for move in moves:
        if move.event not in (StopRequested(), RestartRequested()):
            sources[move.after].append(move.before)
    good = [world for world in {move.before for move in moves} if world.status.satisfies]
    assert good
    able = set(good)
    while good:
        for world in sources[good.pop()]:
            if world not in able:
                able.add(world)
                good.append(world)
    assert all(move.before in able for move in moves)


def test_a_restart_is_refused_in_words_only_where_it_is_not_ours(moves: list[Move]) -> None:
    for move in moves:
        refusals = [effect for effect in move.effects if isinstance(effect, Refuse)]
        asked = move.event == RestartRequested() and move.before.status.state is S.EXTERNAL
        assert bool(refusals) == asked
        assert all(refusal.words for refusal in refusals)


def test_trouble_always_says_why(moves: list[Move]) -> None:
    for move in moves:
        if move.status.state in (S.FAILED, S.BACKOFF, S.UNHEALTHY):
            assert move.status.problem is not None, (str(move.before), move.event)
            assert move.status.problem.words
        if move.status.state in (S.READY, S.EXTERNAL):
            assert move.status.problem in (None, DEGRADED), (str(move.before), move.event)
        if move.status.state in (S.DONE, S.STOPPED):
            assert move.status.problem is None, (str(move.before), move.event)


def test_every_situation_has_words_and_live_buttons(
    spec: ServiceSpec, situations: list[World]
) -> None:
    for world in situations:
        words = explain(spec, world.status, NOW)
        assert words.headline
        assert words.shape == SHAPES[words.tone]
        if world.status.state not in (S.STOPPED, S.READY, S.DONE):
            assert words.sentence, str(world)
        if world.status.state is not S.EXTERNAL:
            assert words.can_start or words.can_stop, str(world)
        for live, request in (
            (words.can_start, StartRequested()),
            (words.can_stop, StopRequested()),
            (words.can_restart, RestartRequested()),
        ):
            if live:
                result = step(spec, world.status, request, NOW)
                assert result.status != world.status, (str(world), request)
                assert not any(isinstance(effect, Refuse) for effect in result.effects)


def test_failures_never_exceed_what_the_policy_allows(
    spec: ServiceSpec, situations: list[World]
) -> None:
    for world in situations:
        assert world.status.failures <= spec.restart.max_failures
        if world.status.failures == spec.restart.max_failures:
            assert world.status.state in (S.FAILED, S.STOPPED), str(world)


def test_a_second_child_would_be_noticed() -> None:
    """The exploration itself can fail: a world that is told a lie about its child says so."""
    (world, _) = initial(DAEMON)
    lie = replace(world, child=Child.ALIVE)
    spec = replace(DAEMON, probe=replace(DAEMON.probe, asks_first=False))
    with pytest.raises(AssertionError, match="second child"):
        take(spec, lie, StartRequested())
