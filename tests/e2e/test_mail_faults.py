"""Each fault of the way of a mail once; `python -m tests.faults` repeats them."""

from __future__ import annotations

import pytest

from tests.faults import broker_killed, clock, full, mail_server, mails, worker_killed
from tests.faults.setting import Options
from tests.faults.smtp_cases import CASES
from tests.helpers.measuring import NotMeasured, Tally
from tests.helpers.needs import not_measured
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack

Sending = tuple[Stack, MailServer]


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    return Tally(request.node.name, 1)


def exactly_once(tally: Tally) -> bool:
    return (tally.loss, tally.double) == (0, 0)


def test_a_worker_killed_in_the_midst_loses_and_doubles_nothing(
    sending: Sending, tally: Tally
) -> None:
    stack, server = sending
    server.delay(0.05)
    worker_killed.kill_while_sending(stack, tally, server, count=150)
    assert exactly_once(tally)


def test_what_a_server_does_in_any_phase_puts_the_mail_where_it_belongs(
    sending: Sending, tally: Tally
) -> None:
    stack, server = sending
    # All of them are tried within one process, in tests/django.
    quick = [case for case in CASES if not case.stalls]
    told_apart = [case for case in quick if case.by_name]
    others = [case for case in quick if not case.by_name]
    mail_server.misbehave(stack, tally, server, [*told_apart, *others[::5]])
    assert exactly_once(tally)


def test_a_connection_lost_after_the_dot_is_unknown_and_sent_no_second_time(
    sending: Sending, tally: Tally
) -> None:
    stack, server = sending
    mail_server.lose_after_dot(stack, tally, server, count=6)
    assert exactly_once(tally)


def test_what_a_dead_worker_had_claimed_is_back_after_its_lease(
    sending: Sending, tally: Tally
) -> None:
    stack, server = sending
    worker_killed.die_between_claim_and_send(stack, tally, server)
    assert exactly_once(tally)


def test_a_mail_that_kills_its_worker_is_quarantined_and_its_neighbours_arrive(
    sending: Sending, tally: Tally
) -> None:
    stack, server = sending
    worker_killed.poison(stack, tally, server)
    assert exactly_once(tally)


def test_a_broker_killed_in_flight_loses_and_doubles_nothing(
    sending: Sending, tally: Tally
) -> None:
    stack, server = sending
    server.delay(0.2)
    broker_killed.kill_in_flight(stack, tally, server, count=60)
    assert exactly_once(tally)


def test_a_broker_that_hangs_holds_nobody_up_and_recovers(sending: Sending, tally: Tally) -> None:
    stack, server = sending
    broker_killed.hang(stack, tally, server, seconds=5)
    assert exactly_once(tally)


def test_an_alarm_of_the_broker_is_shown_and_mails_are_saved(
    sending: Sending, tally: Tally
) -> None:
    stack, server = sending
    full.alarm(stack, tally, server)
    assert exactly_once(tally)


def test_a_full_disk_is_said_and_lived_through(with_rabbitmq: None, tally: Tally) -> None:
    try:
        with MailServer() as server, full.small_disk() as disk:
            stack = mails.sending_stack(Options(), server, mails.CALM, home=disk / "home")
            with stack:
                full.fill_the_disk(stack, tally, server)
    except NotMeasured as failure:
        not_measured(failure)
    assert exactly_once(tally)


def test_a_clock_that_jumps_sets_off_no_storm(tally: Tally) -> None:
    moved = clock.Clock()
    try:
        env = moved.environment()
        options = Options(broker="embedded")
        with (
            MailServer() as server,
            mails.sending_stack(options, server, mails.CALM, env=env) as stack,
        ):
            clock.jump(stack, tally, server, moved, -clock.HOUR)
            clock.jump(stack, tally, server, moved, clock.DAY)
            clock.sleep(stack, tally, server, 5)
    except NotMeasured as failure:
        not_measured(failure)
    finally:
        moved.remove()
    assert exactly_once(tally)
