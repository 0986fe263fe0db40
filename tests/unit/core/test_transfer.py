"""Speed, share and time left, by a clock of the test's own."""

from __future__ import annotations

import pytest

from launcher.core.transfer import Meter, duration


def test_a_meter_tells_share_speed_and_time_left() -> None:
    meter = Meter(10_000_000, 0, 0.0)
    assert (meter.share, meter.per_second, meter.seconds_left) == (0.0, 0.0, None)
    meter.add(2_000_000, 1.0)
    assert meter.share == 0.2
    assert meter.per_second == 2_000_000
    assert meter.seconds_left == 4
    assert meter.words == "2.0 MB of 10.0 MB · 2.0 MB/s · 4 s left"


def test_what_was_there_before_counts_for_the_share_and_not_for_the_speed() -> None:
    meter = Meter(10_000_000, 5_000_000, 100.0)
    meter.add(1_000_000, 101.0)
    assert meter.share == 0.6
    assert meter.per_second == 1_000_000


def test_the_speed_is_that_of_the_last_seconds() -> None:
    meter = Meter(0, 0, 0.0)
    for second in range(1, 11):
        meter.add(1_000_000, float(second))
    for second in range(11, 31):
        meter.add(100_000, float(second))
    assert meter.per_second == pytest.approx(100_000)


def test_without_a_total_no_share_and_no_time_is_claimed() -> None:
    meter = Meter(0, 0, 0.0)
    meter.add(3_000_000, 1.0)
    assert (meter.share, meter.seconds_left) == (None, None)
    assert meter.words == "3.0 MB · 3.0 MB/s"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (90, "2 min"), (7500, "2 h 5 min")]
)
def test_durations_are_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
