"""Start order, the gate before a start, and the order of a stop."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from launcher.core.graph import GraphError, start_order, stoppable, waiting_on, with_dependencies
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus

S = ServiceState


def service(name: str, *depends_on: str) -> ServiceSpec:
    return ServiceSpec(name, name.title(), depends_on=depends_on)


STACK = (
    service("epmd"),
    service("rabbitmq", "epmd"),
    service("migrate"),
    service("django", "migrate"),
    service("worker", "rabbitmq", "migrate"),
    service("beat", "rabbitmq", "migrate"),
    service("flower", "rabbitmq"),
)


def statuses(**states: ServiceState) -> dict[str, ServiceStatus]:
    return {spec.name: ServiceStatus(spec.name, states.get(spec.name, S.READY)) for spec in STACK}


def test_each_comes_after_all_that_it_depends_on() -> None:
    for specs in permutations(STACK):
        order = start_order(specs)
        assert sorted(order) == sorted(spec.name for spec in STACK)
        place = {name: number for number, name in enumerate(order)}
        for spec in STACK:
            assert all(place[name] < place[spec.name] for name in spec.depends_on)


def test_an_order_that_is_good_already_is_kept() -> None:
    assert start_order(STACK) == tuple(spec.name for spec in STACK)
    assert start_order([service("a"), service("b", "a"), service("c")]) == ("a", "b", "c")


def test_only_what_must_come_earlier_is_moved() -> None:
    assert start_order([service("a", "c"), service("b"), service("c")]) == ("c", "a", "b")


def test_no_services_have_an_order_too() -> None:
    assert start_order([]) == ()


@pytest.mark.parametrize(
    ("specs", "names"),
    [
        ([service("a", "b"), service("b", "a")], ("a", "b")),
        ([service("a", "a")], ("a",)),
        ([service("x"), service("a", "b"), service("b", "c"), service("c", "a")], ("a", "b", "c")),
    ],
)
def test_a_circle_is_refused_and_its_members_are_named(
    specs: list[ServiceSpec], names: tuple[str, ...]
) -> None:
    with pytest.raises(GraphError, match="wait for each other") as error:
        start_order(specs)
    assert all(name in str(error.value) for name in names)


def test_a_dependency_that_does_not_exist_is_named() -> None:
    with pytest.raises(GraphError, match="web depends on broker, which does not exist"):
        start_order([service("web", "broker")])


def test_a_choice_of_services_includes_what_they_depend_on() -> None:
    assert with_dependencies(STACK, ["flower"]) == {"flower", "rabbitmq", "epmd"}
    assert with_dependencies(STACK, ["django", "epmd"]) == {"django", "migrate", "epmd"}
    assert with_dependencies(STACK, []) == frozenset()


def test_an_unknown_service_is_named_beside_those_that_are_known() -> None:
    with pytest.raises(GraphError, match=r"no service 'djnago'; known are epmd, .*django"):
        with_dependencies(STACK, ["djnago"])


@pytest.mark.parametrize("state", S)
def test_only_what_is_ready_external_or_done_satisfies(state: ServiceState) -> None:
    satisfied = state in (S.READY, S.EXTERNAL, S.DONE)
    worker = STACK[4]
    waits = () if satisfied else ("rabbitmq",)
    assert waiting_on(worker, statuses(rabbitmq=state)) == waits


def test_all_that_is_waited_for_is_named_in_order() -> None:
    waits = waiting_on(STACK[4], statuses(rabbitmq=S.STARTING, migrate=S.FAILED))
    assert waits == ("rabbitmq", "migrate")


def test_a_stop_begins_with_those_that_nobody_needs() -> None:
    names = [spec.name for spec in STACK]
    assert stoppable(STACK, statuses(), names) == {"django", "worker", "beat", "flower"}


def test_what_is_needed_waits_until_its_dependents_have_ended() -> None:
    pending = {"epmd", "rabbitmq", "migrate"}
    stopping = statuses(worker=S.STOPPING, beat=S.STOPPED, flower=S.STOPPED, django=S.STOPPED)
    assert stoppable(STACK, stopping, pending) == frozenset()
    ended = statuses(worker=S.STOPPED, beat=S.STOPPED, flower=S.STOPPED, django=S.STOPPED)
    assert stoppable(STACK, ended, pending) == {"rabbitmq", "migrate"}


def test_one_service_is_stopped_without_its_dependents() -> None:
    assert stoppable(STACK, statuses(), ["rabbitmq"]) == {"rabbitmq"}


def test_one_that_could_not_be_ended_does_not_hold_up_the_others() -> None:
    failed = statuses(worker=S.FAILED, beat=S.STOPPED, flower=S.STOPPED)
    assert "rabbitmq" in stoppable(STACK, failed, ["rabbitmq"])


def test_every_stop_of_all_comes_to_an_end() -> None:
    state = statuses()
    pending = {spec.name for spec in STACK}
    rounds = 0
    while pending:
        now = stoppable(STACK, state, pending)
        assert now, "somebody waits for ever"
        pending -= now
        state |= {name: ServiceStatus(name, S.STOPPED) for name in now}
        rounds += 1
    assert rounds == 3


def test_one_that_boots_beside_another_starts_when_that_one_is_on_its_way() -> None:
    broker = ServiceSpec("broker", "Broker")
    worker = ServiceSpec(
        "worker", "Worker", depends_on=("broker",), boots_beside=frozenset({"broker"})
    )
    plain = replace(worker, boots_beside=frozenset())

    def waits(spec: ServiceSpec, state: ServiceState, failures: int = 0) -> bool:
        status = ServiceStatus("broker", state=state, failures=failures)
        return bool(waiting_on(spec, {"broker": status}))

    assert broker.boots_beside == frozenset()
    assert not waits(worker, ServiceState.STARTING)
    assert waits(plain, ServiceState.STARTING)
    assert waits(worker, ServiceState.STARTING, failures=1)
    assert waits(worker, ServiceState.WAITING)
    assert waits(worker, ServiceState.FAILED)
    assert not waits(worker, ServiceState.READY)
