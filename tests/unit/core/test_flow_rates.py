"""Rates and their history."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from launcher.core.flow_rates import SECONDS, SMOOTHED, Rates


def test_a_steady_rate_is_told_as_it_is() -> None:
    rates = Rates()
    for tenth in range(100):
        rates.count("a", 1000 + tenth / 10, 100)
    assert rates.rate("a", 1010.0) == 1000.0


def test_a_rate_falls_to_nothing_and_its_key_is_forgotten() -> None:
    rates = Rates()
    rates.count("a", 1000.0)
    assert rates.rate("a", 1000.5) > 0
    assert rates.rate("a", 1000 + SMOOTHED + 1) == 0
    rates.count("b", 1000.0 + SECONDS + 2)
    assert list(rates.keys()) == ["b"]


def test_a_clock_that_is_set_back_harms_nothing() -> None:
    rates = Rates()
    rates.count("a", 1000.0, 5)
    rates.count("a", 400.0, 5)
    assert rates.rate("a", 1001.0) == 10 / SMOOTHED


@given(st.lists(st.tuples(st.floats(0, 200), st.integers(0, 50)), max_size=60))
def test_history_is_bounded_and_holds_what_was_counted(given_: list[tuple[float, int]]) -> None:
    rates = Rates()
    for at, number in sorted(given_):
        rates.count("a", at, number)
    end = max((at for at, _ in given_), default=0.0)
    history = rates.history("a", end + 1)
    assert len(history) <= SECONDS
    recent = sum(number for at, number in given_ if int(at) > int(end) + 1 - SECONDS)
    assert sum(history) >= recent or not history
