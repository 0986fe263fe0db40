"""Whose clock an event was stamped by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from launcher.core.sender_clocks import TOLERATED, WINDOW, SenderClocks

NOW = 1_800_000_000.0


def test_an_event_of_a_clock_that_agrees_keeps_its_stamp() -> None:
    clocks = SenderClocks()
    assert clocks.ours("w@here", NOW, NOW + 0.2) == NOW
    assert clocks.words == ""


def test_a_clock_an_hour_ahead_is_said_and_its_events_are_put_on_ours() -> None:
    clocks = SenderClocks()
    clocks.ours("w@far", NOW + 3600, NOW + 0.01)
    assert abs(clocks.ours("w@far", NOW + 3601, NOW + 1.2) - (NOW + 1)) < 0.02
    assert clocks.words == (
        "Clocks differ: far is 3600 s ahead. Times are shown by this machine's clock."
    )


def test_nodes_of_one_machine_share_its_clock_and_other_machines_do_not() -> None:
    clocks = SenderClocks()
    clocks.ours("a@far", NOW - 100, NOW)
    assert clocks.ours("b@far", NOW - 99, NOW + 1) == NOW + 1
    assert clocks.ours("a@near", NOW, NOW) == NOW
    assert set(clocks.skews) == {"far"}


def test_a_backlog_is_no_skew_once_an_event_came_at_once() -> None:
    clocks = SenderClocks()
    for second in range(60):
        clocks.ours("w@here", NOW + second, NOW + 60)
    assert clocks.ours("w@here", NOW + 60, NOW + 60.01) == NOW + 60
    assert clocks.skews == {}


def test_a_clock_that_was_set_right_agrees_again() -> None:
    clocks = SenderClocks()
    clocks.ours("w@far", NOW - 100, NOW)
    for step in range(1, 40):
        clocks.ours("w@far", NOW + step, NOW + step)
    assert clocks.skews == {}


def test_our_own_clock_set_back_by_an_hour_is_forgotten_in_time() -> None:
    clocks = SenderClocks()
    clocks.ours("w@far", NOW, NOW)
    for step in range(int(3 * WINDOW)):
        clocks.ours("w@far", NOW - 3600 + step, NOW - 3600 + step)
    assert clocks.skews == {}


@given(
    skew=st.floats(-1e6, 1e6),
    delays=st.lists(st.floats(0, 0.9), min_size=2, max_size=50),
)
def test_times_are_off_by_no_more_than_the_way_took(skew: float, delays: list[float]) -> None:
    clocks = SenderClocks()
    for number, delay in enumerate(delays):
        sent = NOW + number * 0.5
        at = clocks.ours("w@far", sent + skew, sent + delay)
        assert at <= sent + delay
        assert abs(at - sent) <= TOLERATED + 0.9 + 1e-3
