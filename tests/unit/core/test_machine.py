"""The rules of a service's life, one story each; the order follows the table of states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launcher.core.events import ProbeOutcome, Timer
from launcher.core.spec import (
    Backoff,
    LineMeaning,
    ProbeKind,
    ProbeSpec,
    RestartPolicy,
    ServiceKind,
    ServiceSpec,
    StopAction,
    StopPlan,
    StopStep,
)
from launcher.core.state import ExitInfo, Problem, ServiceState, StopReason
from tests.unit.core.playbook import Playbook

S = ServiceState
READY, NOT_READY, CONFLICT = ProbeOutcome.READY, ProbeOutcome.NOT_READY, ProbeOutcome.CONFLICT

WEB = ServiceSpec(
    "web",
    "Web",
    command=("web",),
    port=8000,
    probe=ProbeSpec(ProbeKind.HTTP_IDENTITY, misses=2),
    stop=StopPlan(
        (
            StopStep(StopAction.TERMINATE, timeout=10, settle=0.2),
            StopStep(StopAction.KILL_TREE, timeout=5),
        )
    ),
)
ASKS_FIRST = replace(WEB, probe=replace(WEB.probe, asks_first=True))
PINNED = replace(ASKS_FIRST, port_pinned=True)
HINTED = replace(WEB, waits_for_hint=True)
MIGRATE = ServiceSpec("migrate", "Migrate", ServiceKind.ONE_SHOT, command=("migrate",))
BROKER = ServiceSpec(
    "broker", "Broker", ServiceKind.OUTSIDE, probe=ProbeSpec(ProbeKind.AMQP_LOGIN, misses=2)
)
SOMEBODY = Problem("Port 8000 is used by node (4312).", "End it, or choose another port.")


# -- start -------------------------------------------------------------------------------------


def test_a_start_spawns_and_the_probe_makes_it_ready() -> None:
    play = Playbook(WEB).ready_to_start()
    play.start().gives("spawn", "deadline in 60 s").stands(S.STARTING, wanted=True, pid=None)
    play.spawned(4711).gives("probe in 0.1 s").stands(S.STARTING, pid=4711)
    play.fires(Timer.PROBE).gives("ask")
    play.answers(NOT_READY, "no answer yet").gives("probe in 0.1 s").stands(S.STARTING)
    play.fires(Timer.PROBE).gives("ask")
    play.answers(READY, "answers in 3 ms").gives("stable in 10 s", "probe in 5 s")
    play.stands(S.READY, detail="answers in 3 ms")
    assert play.status.ready_after == pytest.approx(0.2)


def test_a_start_waits_for_what_it_depends_on() -> None:
    play = Playbook(WEB).depends("broker", "migrate")
    play.start().gives().stands(S.WAITING, waiting_on=("broker", "migrate"))
    play.depends("broker").gives().stands(S.WAITING)
    play.depends().gives("spawn", "deadline in 60 s").stands(S.STARTING)


def test_a_dependency_that_is_lost_again_does_not_bounce_a_running_service() -> None:
    play = Playbook(WEB).up()
    play.depends("broker").gives().stands(S.READY, waiting_on=("broker",))


def test_a_lost_dependency_gates_the_next_start() -> None:
    play = Playbook(WEB).up().depends("broker").exits(1)
    play.fires(Timer.RETRY).gives().stands(S.WAITING)
    play.depends().gives("spawn", "deadline in 60 s")


def test_one_that_answers_already_is_external_and_never_spawned() -> None:
    play = Playbook(ASKS_FIRST).ready_to_start()
    play.start().gives("ask").stands(S.WAITING)
    play.answers(READY, "answers").gives("probe in 5 s").stands(S.EXTERNAL, wanted=True, pid=None)


def test_one_that_does_not_answer_is_spawned_after_the_question() -> None:
    play = Playbook(ASKS_FIRST).ready_to_start().start()
    play.answers(NOT_READY).gives("spawn", "deadline in 60 s").stands(S.STARTING)


def test_the_question_is_repeated_while_it_waits_for_others() -> None:
    play = Playbook(ASKS_FIRST).depends("broker").start()
    play.answers(NOT_READY).gives("probe in 5 s").stands(S.WAITING)
    play.fires(Timer.PROBE).gives("ask")
    play.depends().gives("spawn", "deadline in 60 s")


def test_a_service_that_gives_a_hint_is_not_asked_before_it() -> None:
    play = Playbook(HINTED).ready_to_start().start()
    play.spawned().gives("probe in 20 s")
    play.prints(LineMeaning.READY_HINT).gives("ask")
    play.answers(READY).stands(S.READY)


def test_a_hint_that_never_comes_is_replaced_by_asking() -> None:
    play = Playbook(HINTED).ready_to_start().start().spawned()
    play.fires(Timer.PROBE).gives("ask")


def test_a_second_hint_does_not_ask_twice() -> None:
    play = Playbook(HINTED).ready_to_start().start().spawned().prints(LineMeaning.READY_HINT)
    play.prints(LineMeaning.READY_HINT).gives()


def test_a_command_that_cannot_be_started_has_failed_at_once() -> None:
    play = Playbook(WEB).ready_to_start().start()
    play.cannot_spawn("web: no such file").gives().stands(S.FAILED, alive=False)
    assert play.why == "web: no such file"


def test_a_start_that_takes_too_long_is_stopped_and_counts_as_a_failure() -> None:
    play = Playbook(WEB).ready_to_start().start().spawned()
    play.fires(Timer.DEADLINE).gives("stop step 0", "deadline in 10 s")
    play.stands(S.STOPPING, stop_reason=StopReason.TIMEOUT, wanted=True)
    play.exits(-15).gives("retry in 0.5 s").stands(S.BACKOFF, failures=1)
    assert "not ready after 60 s" in play.why


def test_a_fatal_line_stops_the_start_with_its_own_words() -> None:
    play = Playbook(WEB).ready_to_start().start().spawned()
    play.prints(LineMeaning.FATAL, "The cookie is readable by others.")
    play.gives("stop step 0", "deadline in 10 s").stands(S.STOPPING, stop_reason=StopReason.FATAL)
    play.exits(1).stands(S.BACKOFF)
    assert play.why == "The cookie is readable by others."


def test_a_fatal_line_without_words_still_says_something() -> None:
    play = Playbook(WEB).ready_to_start().start().spawned().prints(LineMeaning.FATAL)
    assert play.why == "Web reported a fatal error."


# -- ports -------------------------------------------------------------------------------------


def test_a_lost_port_is_chosen_anew_once_and_then_it_fails() -> None:
    play = Playbook(ASKS_FIRST).ready_to_start().start()
    play.answers(CONFLICT, problem=SOMEBODY).gives("resolve ports", "ask").stands(S.WAITING)
    play.answers(CONFLICT, problem=SOMEBODY).gives().stands(S.FAILED, problem=SOMEBODY)


def test_a_port_lost_while_starting_is_chosen_anew_after_the_stop() -> None:
    play = Playbook(WEB).ready_to_start().start().spawned()
    play.prints(LineMeaning.PORT_TAKEN, "eaddrinuse").stands(
        S.STOPPING, stop_reason=StopReason.CONFLICT
    )
    play.exits(1).gives("resolve ports", "spawn", "deadline in 60 s").stands(S.STARTING)
    play.spawned().fires(Timer.PROBE).answers(CONFLICT, problem=SOMEBODY).stands(S.STOPPING)
    play.exits(1).gives().stands(S.FAILED, problem=SOMEBODY)


def test_a_pinned_port_is_never_moved() -> None:
    play = Playbook(PINNED).ready_to_start().start()
    play.answers(CONFLICT, problem=SOMEBODY).gives().stands(S.FAILED, problem=SOMEBODY)


def test_the_users_start_allows_another_choice() -> None:
    play = Playbook(ASKS_FIRST).ready_to_start().start()
    play.answers(CONFLICT).answers(CONFLICT).stands(S.FAILED)
    play.start().gives("ask")
    play.answers(CONFLICT).gives("resolve ports", "ask")


def test_a_stable_time_allows_another_choice() -> None:
    play = Playbook(ASKS_FIRST).ready_to_start().start().answers(CONFLICT).answers(NOT_READY)
    play.spawned().fires(Timer.PROBE).answers(READY).stands(S.READY, re_resolved=True)
    play.fires(Timer.STABLE).stands(S.READY, re_resolved=False)


def test_the_port_of_a_service_outside_is_not_ours_to_move() -> None:
    play = Playbook(replace(BROKER, port=5672)).ready_to_start().start()
    play.answers(CONFLICT, problem=SOMEBODY).gives().stands(S.FAILED, problem=SOMEBODY)


# -- trouble -----------------------------------------------------------------------------------


def test_a_crash_loop_waits_longer_each_time_and_gives_up_after_five() -> None:
    spec = replace(WEB, restart=RestartPolicy(max_failures=5, backoff=Backoff(1, 3, cap=10)))
    play = Playbook(spec).ready_to_start().start()
    delays = []
    for failures in range(1, 5):
        play.spawned().exits(3).stands(S.BACKOFF, failures=failures)
        delays.append(play.status.retry_at and play.status.retry_at - play.now)
        play.fires(Timer.RETRY).gives("spawn", "deadline in 60 s").stands(S.STARTING)
        play.stands(S.STARTING, restarts=failures)
    assert delays == [1, 3, 9, 10]
    play.spawned().exits(3).gives().stands(S.FAILED, failures=5, wanted=True)
    assert play.why == "Web exited with code 3 before it was ready."


def test_a_stable_time_forgets_earlier_failures() -> None:
    play = Playbook(WEB).up().exits(1).fires(Timer.RETRY).spawned()
    play.fires(Timer.PROBE).answers(READY).stands(S.READY, failures=1)
    play.fires(Timer.STABLE).stands(S.READY, failures=0)


def test_a_short_time_of_readiness_does_not_forget_them() -> None:
    play = Playbook(replace(WEB, restart=RestartPolicy(max_failures=2))).up().exits(1)
    play.fires(Timer.RETRY).spawned().fires(Timer.PROBE).answers(READY)
    play.exits(1).stands(S.FAILED, failures=2)


@pytest.mark.parametrize(
    ("code", "words"), [(0, "exited with code 0"), (-9, "was ended by signal 9")]
)
def test_an_exit_that_nobody_asked_for_is_a_failure(code: int, words: str) -> None:
    play = Playbook(WEB).up()
    play.exits(code).gives("retry in 0.5 s").stands(
        S.BACKOFF, pid=None, last_exit=ExitInfo(code, play.now)
    )
    assert play.why == f"Web {words} unexpectedly."


def test_several_misses_make_it_unhealthy_and_one_answer_well_again() -> None:
    play = Playbook(WEB).up().fires(Timer.PROBE)
    play.answers(NOT_READY, "timed out").gives("probe in 5 s").stands(S.READY, misses=1)
    play.fires(Timer.PROBE)
    play.answers(NOT_READY, "timed out").gives("probe in 5 s").stands(S.UNHEALTHY)
    assert play.why == "Web does not answer: timed out."
    play.fires(Timer.PROBE).answers(NOT_READY).stands(S.UNHEALTHY)
    play.fires(Timer.PROBE).answers(READY).stands(S.READY, problem=None, misses=0)


def test_a_ready_service_may_say_what_it_does_not_do_and_stays_ready() -> None:
    play = Playbook(WEB).up().fires(Timer.PROBE)
    play.answers(READY, "answers", SOMEBODY).gives("probe in 5 s").stands(S.READY, problem=SOMEBODY)
    assert play.status.degraded
    assert play.status.satisfies
    play.fires(Timer.PROBE).answers(NOT_READY).stands(S.READY, problem=SOMEBODY, misses=1)
    play.fires(Timer.PROBE).answers(READY).stands(S.READY, problem=None)
    assert not play.status.degraded


def test_trouble_that_was_there_from_the_first_answer_is_kept() -> None:
    play = Playbook(WEB).ready_to_start().start().spawned().fires(Timer.PROBE)
    play.answers(READY, problem=SOMEBODY).stands(S.READY, problem=SOMEBODY)
    play = Playbook(ASKS_FIRST).start()
    play.answers(READY, problem=SOMEBODY).stands(S.EXTERNAL, problem=SOMEBODY)
    play.fires(Timer.PROBE).answers(READY).stands(S.EXTERNAL, problem=None)


def test_one_good_answer_forgets_the_misses() -> None:
    play = Playbook(WEB).up().fires(Timer.PROBE).answers(NOT_READY)
    play.fires(Timer.PROBE).answers(READY).stands(S.READY, misses=0)


def test_what_stays_unhealthy_is_restarted_where_the_policy_says_so() -> None:
    spec = replace(WEB, restart=RestartPolicy(unhealthy_limit=30))
    play = Playbook(spec).up().fires(Timer.PROBE).answers(NOT_READY).fires(Timer.PROBE)
    play.answers(NOT_READY).gives("probe in 5 s", "deadline in 30 s").stands(S.UNHEALTHY)
    play.fires(Timer.DEADLINE).stands(S.STOPPING, stop_reason=StopReason.UNHEALTHY)
    play.exits(0).gives("retry in 0.5 s").stands(S.BACKOFF, failures=1)


def test_a_start_does_not_wait_for_the_end_of_the_backoff() -> None:
    play = Playbook(WEB).up().exits(1).stands(S.BACKOFF, failures=1)
    play.start().gives("spawn", "deadline in 60 s").stands(S.STARTING, failures=0)


def test_a_stop_ends_the_backoff() -> None:
    Playbook(WEB).up().exits(1).stop().gives().stands(S.STOPPED, wanted=False, problem=None)


# -- stop --------------------------------------------------------------------------------------


def test_a_stop_goes_through_its_steps_and_fails_when_none_helps() -> None:
    play = Playbook(WEB).up()
    play.stop().gives("stop step 0", "deadline in 10 s").stands(S.STOPPING, wanted=False)
    play.fires(Timer.DEADLINE).gives("stop step 1", "deadline in 5 s")
    play.fires(Timer.DEADLINE).gives().stands(S.FAILED, alive=True)
    assert play.why == "Web (pid 4711) could not be ended."


def test_a_stop_that_works_ends_in_stopped() -> None:
    play = Playbook(WEB).up().stop()
    play.exits(-15).gives().stands(S.STOPPED, pid=None, alive=False, stop_reason=None)


def test_a_stop_before_the_process_lives_is_repeated_when_it_does() -> None:
    play = Playbook(WEB).ready_to_start().start()
    play.stop().gives("stop step 0", "deadline in 10 s").stands(S.STOPPING, pid=None)
    play.spawned().gives("stop step 0", "deadline in 10 s").stands(S.STOPPING, pid=4711)
    play.exits(-15).stands(S.STOPPED)


def test_a_stop_of_a_process_that_cannot_be_started_is_a_stop() -> None:
    play = Playbook(WEB).ready_to_start().start().stop()
    play.cannot_spawn("no such file").gives().stands(S.STOPPED, problem=None)


def test_when_nothing_can_be_lost_any_more_the_next_step_comes_soon() -> None:
    play = Playbook(WEB).up().stop()
    play.prints(LineMeaning.MAY_END).gives("deadline in 0.2 s")
    play.fires(Timer.DEADLINE).gives("stop step 1", "deadline in 5 s")
    play.exits(-9).stands(S.STOPPED)


def test_a_service_that_goes_on_talking_does_not_put_its_end_off() -> None:
    play = Playbook(WEB).up().stop().prints(LineMeaning.MAY_END)
    play.after(0.1).prints(LineMeaning.MAY_END).gives()


def test_a_step_without_a_settle_time_waits_for_its_own() -> None:
    play = Playbook(WEB).up().stop().fires(Timer.DEADLINE)
    play.prints(LineMeaning.MAY_END).gives()


def test_may_end_means_nothing_to_a_service_that_is_to_stay() -> None:
    Playbook(WEB).up().prints(LineMeaning.MAY_END).gives().stands(S.READY)


def test_a_stop_while_waiting_needs_no_process_to_end() -> None:
    Playbook(WEB).depends("broker").start().stop().gives().stands(S.STOPPED)


def test_the_last_click_wins() -> None:
    play = Playbook(WEB).up().stop()
    play.start().gives().stands(S.STOPPING, stop_reason=StopReason.RESTART, wanted=True)
    play.stop().gives().stands(S.STOPPING, stop_reason=StopReason.USER, wanted=False)
    for _ in range(25):
        play.start().gives().stop().gives()
    play.start().exits(-15).gives("spawn", "deadline in 60 s").stands(S.STARTING, wanted=True)


def test_fifty_clicks_leave_one_process_and_the_last_wish() -> None:
    play = Playbook(WEB).ready_to_start()
    for _ in range(25):
        play.start().stop()
    play.stands(S.STOPPING, generation=1, wanted=False)
    play.spawned().exits(0).stands(S.STOPPED, generation=1)


# -- restart -----------------------------------------------------------------------------------


def test_a_restart_ends_the_process_and_starts_anew() -> None:
    play = Playbook(WEB).up()
    play.restart().gives("stop step 0", "deadline in 10 s").stands(
        S.STOPPING, stop_reason=StopReason.RESTART
    )
    play.exits(0).gives("spawn", "deadline in 60 s").stands(S.STARTING, generation=2, failures=0)


def test_our_own_dying_child_is_never_taken_for_one_outside() -> None:
    """Only a probe that was begun after WAITING was entered counts."""
    play = Playbook(ASKS_FIRST).up().restart()
    dying = play.status.epoch
    play.exits(0).gives("ask").stands(S.WAITING)
    assert play.status.epoch > dying
    play.answers(NOT_READY).stands(S.STARTING)


def test_a_restart_of_one_outside_is_refused_in_words() -> None:
    play = Playbook(ASKS_FIRST).outside().restart()
    play.gives("refuse: Web was not started here, so it is not restarted here.")
    play.stands(S.EXTERNAL)


@pytest.mark.parametrize("state", [S.STOPPED, S.BACKOFF, S.FAILED])
def test_a_restart_of_what_does_not_run_is_a_start(state: ServiceState) -> None:
    play = Playbook(WEB).up()
    match state:
        case S.STOPPED:
            play.stop().exits(0)
        case S.BACKOFF:
            play.exits(1)
        case S.FAILED:
            play.exits(1).fires(Timer.RETRY).cannot_spawn("gone")
    play.stands(state).restart().gives("spawn", "deadline in 60 s").stands(S.STARTING)


def test_a_failed_service_whose_child_still_lives_is_ended_before_it_starts_again() -> None:
    play = Playbook(WEB).up().stop().fires(Timer.DEADLINE).fires(Timer.DEADLINE)
    play.stands(S.FAILED, alive=True)
    play.start().gives("stop step 0", "deadline in 10 s").stands(
        S.STOPPING, stop_reason=StopReason.RESTART, wanted=True
    )
    play.exits(-9).gives("spawn", "deadline in 60 s").stands(S.STARTING)


def test_a_failed_service_whose_child_ends_by_itself_stays_failed_until_asked() -> None:
    play = Playbook(WEB).up().stop().fires(Timer.DEADLINE).fires(Timer.DEADLINE)
    play.exits(-9).gives().stands(S.FAILED, alive=False)
    play.start().gives("spawn", "deadline in 60 s")


# -- outside -----------------------------------------------------------------------------------


def test_a_stop_does_not_touch_one_outside() -> None:
    play = Playbook(ASKS_FIRST).outside()
    play.stop().gives().stands(S.EXTERNAL, wanted=False)
    play.start().gives().stands(S.EXTERNAL, wanted=True)


def test_one_outside_that_goes_away_is_replaced_by_our_own_where_it_is_wanted() -> None:
    play = Playbook(ASKS_FIRST).outside().fires(Timer.PROBE)
    play.answers(NOT_READY).gives("probe in 5 s").stands(S.EXTERNAL, misses=1).fires(Timer.PROBE)
    play.answers(NOT_READY).gives("retry in 0.5 s").stands(S.BACKOFF)
    play.fires(Timer.RETRY).gives("ask")
    play.answers(NOT_READY).gives("spawn", "deadline in 60 s").stands(S.STARTING)


def test_one_outside_that_goes_away_unwanted_is_stopped() -> None:
    play = Playbook(ASKS_FIRST).outside().stop().fires(Timer.PROBE).answers(NOT_READY)
    play.fires(Timer.PROBE).answers(NOT_READY).gives().stands(S.STOPPED)


def test_a_service_without_a_command_is_asked_until_it_answers() -> None:
    play = Playbook(BROKER).ready_to_start()
    play.start().gives("ask").stands(S.WAITING)
    play.answers(NOT_READY, "connection refused").gives("probe in 5 s").stands(S.WAITING)
    play.depends().gives().stands(S.WAITING)
    play.fires(Timer.PROBE).answers(READY).gives("probe in 5 s").stands(S.EXTERNAL)


def test_a_service_without_a_command_is_looked_for_again_when_it_is_lost() -> None:
    play = Playbook(BROKER).outside().fires(Timer.PROBE).answers(NOT_READY).fires(Timer.PROBE)
    play.answers(NOT_READY).stands(S.BACKOFF).fires(Timer.RETRY).gives("ask").stands(S.WAITING)


# -- one-shot ----------------------------------------------------------------------------------


def test_a_one_shot_that_ends_well_is_done_and_satisfies() -> None:
    play = Playbook(MIGRATE).ready_to_start()
    play.start().spawned().gives().after(1.5).exits(0).gives().stands(S.DONE, failures=0)
    assert play.status.satisfies
    assert play.status.ready_after == pytest.approx(1.5)


def test_a_one_shot_that_ends_badly_is_tried_again_and_fails() -> None:
    play = Playbook(replace(MIGRATE, restart=RestartPolicy(max_failures=2))).ready_to_start()
    play.start().spawned().exits(1).gives("retry in 0.5 s").stands(S.BACKOFF)
    play.fires(Timer.RETRY).spawned().exits(1).gives().stands(S.FAILED)
    assert not play.status.satisfies


@pytest.mark.parametrize("request_name", ["start", "restart"])
def test_a_one_shot_that_is_done_runs_again_when_asked(request_name: str) -> None:
    play = Playbook(MIGRATE).ready_to_start().start().spawned().exits(0)
    getattr(play, request_name)().gives("spawn", "deadline in 60 s").stands(S.STARTING)


def test_a_one_shot_that_is_done_can_be_put_to_rest() -> None:
    Playbook(MIGRATE).ready_to_start().start().spawned().exits(0).stop().stands(S.STOPPED)


def test_a_one_shot_that_is_stopped_is_not_done_even_if_it_ended_well() -> None:
    Playbook(MIGRATE).ready_to_start().start().spawned().stop().exits(0).stands(S.STOPPED)


def test_a_one_shot_that_hangs_is_stopped_at_its_deadline() -> None:
    play = Playbook(MIGRATE).ready_to_start().start().spawned()
    play.fires(Timer.DEADLINE).stands(S.STOPPING, stop_reason=StopReason.TIMEOUT)


# -- delays ------------------------------------------------------------------------------------


def test_delays_grow_by_the_factor_up_to_the_cap() -> None:
    backoff = Backoff(first=0.5, factor=2, cap=30)
    assert [backoff.delay(attempt) for attempt in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_delays_stay_at_the_cap_however_often_it_failed() -> None:
    assert Backoff().delay(100_000) == 30


# -- booting beside a dependency -----------------------------------------------------------------

BESIDE = replace(WEB, depends_on=("broker",), boots_beside=frozenset({"broker"}))


def test_one_that_boots_beside_what_failed_waits_again_and_it_is_not_counted_against_it() -> None:
    play = Playbook(BESIDE).ready_to_start().start().spawned()
    play.depends("broker").stands(S.STOPPING, stop_reason=StopReason.DEPENDENCY)
    play.exits(-15).stands(S.WAITING, failures=0, waiting_on=("broker",))
    play.depends().stands(S.STARTING, wanted=True)


def test_one_that_was_ready_keeps_running_when_its_dependency_goes() -> None:
    play = Playbook(BESIDE).ready_to_start().start().spawned()
    play.fires(Timer.PROBE).answers(ProbeOutcome.READY).depends("broker").stands(S.READY)


def test_one_that_needs_its_dependency_ready_is_not_disturbed_while_it_starts() -> None:
    play = Playbook(WEB).ready_to_start().start().spawned()
    play.depends("broker").stands(S.STARTING)


def test_a_stop_while_it_goes_back_to_waiting_wins() -> None:
    play = Playbook(BESIDE).ready_to_start().start().spawned().depends("broker").stop()
    play.exits(-15).stands(S.STOPPED)
