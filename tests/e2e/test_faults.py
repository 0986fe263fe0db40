"""Each fault once; `python -m tests.faults` repeats them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import (
    broker_down,
    crash_loop,
    hostile_log,
    killing,
    ports_taken,
    quick_clicks,
    stopping,
)
from tests.helpers import rabbit
from tests.helpers.measuring import NotMeasured, Tally
from tests.helpers.needs import not_measured
from tests.helpers.ports import Foreign
from tests.helpers.stack import Stack


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    return Tally(request.node.name, 1)


def test_nothing_outlives_a_killed_launcher_and_the_next_start_is_clean(
    tmp_path: Path, with_rabbitmq: None, tally: Tally
) -> None:
    env = rabbit.leaving_strays(tmp_path / "rabbitmq")
    first = Stack(broker="rabbitmq", home=tmp_path / "home", env=env)
    try:
        killing.kill_launcher(first, tally)
    finally:
        first.clear_away()
    with Stack(broker="rabbitmq", home=tmp_path / "home", env=env) as second:
        assert second.run != first.run


def test_a_killed_service_comes_back_alone_and_one_key_is_one_mail(
    stack: Stack, tally: Tally
) -> None:
    killing.kill_services(stack, tally)
    assert (tally.loss, tally.double) == (0, 0)


def test_mails_submitted_without_a_broker_are_delivered_once(stack: Stack, tally: Tally) -> None:
    broker_down.submit_without_broker(stack, tally)
    assert (tally.loss, tally.double) == (0, 0)


@pytest.mark.parametrize("mode", ["silent", "http"])
def test_a_port_lost_while_stopped_moves_the_service(stack: Stack, tally: Tally, mode: str) -> None:
    ports_taken.lost_while_stopped(stack, tally, mode, "catcher" if mode == "http" else "flower")


def test_usual_ports_that_others_hold_are_left_to_them(tally: Tally) -> None:
    with ports_taken.holding("embedded") as foreign, Stack(only="catcher,flower") as stack:
        try:
            ports_taken.usual_taken(stack, foreign, tally)
        except NotMeasured as failure:
            not_measured(failure)


def test_hostile_bytes_in_a_log_are_shown_and_not_obeyed(tally: Tally) -> None:
    try:
        hostile_log.hostile_bytes(tally, noise=3e6)
    except NotMeasured as failure:
        not_measured(failure)


def test_a_pinned_port_is_never_moved(tally: Tally) -> None:
    ports_taken.pinned_taken(tally)


def test_an_exit_is_seen_although_a_grandchild_holds_the_pipe(tally: Tally) -> None:
    stopping.grandchild_holds_pipe(tally)


def test_a_tree_that_ignores_its_stop_is_killed(tally: Tally) -> None:
    stopping.child_ignores_stop(tally)


def test_quit_ends_in_time_while_services_hang(tally: Tally) -> None:
    with Stack(only="flower,catcher,django") as stack:
        stopping.quit_while_all_hang(stack, tally)


def test_a_crash_loop_slows_down_and_gives_up(tally: Tally) -> None:
    crash_loop.delays_grow_then_failed(tally)


def test_failures_are_forgotten_after_a_stable_time(tally: Tally) -> None:
    crash_loop.stable_time_forgives(tally)


def test_a_worker_that_cannot_start_fails_with_its_reason(tally: Tally) -> None:
    with crash_loop.broken_worker() as stack:
        crash_loop.worker_cannot_start(stack, tally)


@pytest.mark.parametrize("service", ["catcher", "django"])
def test_quick_clicks_never_make_two_copies(stack: Stack, tally: Tally, service: str) -> None:
    tally.tried = 1 if service == "django" else 0
    quick_clicks.click(stack, tally, service)


def test_a_second_launcher_leaves_the_first_alone(stack: Stack, tally: Tally) -> None:
    quick_clicks.second_launcher(stack, tally)


def test_a_foreign_program_holds_what_it_was_asked_to() -> None:
    with Foreign(["127.0.0.1:0"]) as foreign:
        assert len(foreign.held) == 1
