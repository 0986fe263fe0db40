"""When timers are due."""

from __future__ import annotations

from launcher.core.events import Timer, TimerFired
from launcher.runtime.deadlines import Deadlines


class FakeClock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_a_timer_fires_once_when_it_is_due() -> None:
    clock = FakeClock()
    deadlines = Deadlines(clock)
    assert deadlines.until_next() is None
    deadlines.arm("django", Timer.PROBE, 5, epoch=1)
    deadlines.arm("worker", Timer.PROBE, 2, epoch=4)
    assert deadlines.until_next() == 2
    assert deadlines.take_due() == []
    clock.now += 3
    assert deadlines.until_next() == 0
    assert deadlines.take_due() == [("worker", TimerFired(4, Timer.PROBE))]
    assert deadlines.take_due() == []
    assert deadlines.until_next() == 2


def test_arming_again_replaces_only_the_timer_of_that_kind() -> None:
    clock = FakeClock()
    deadlines = Deadlines(clock)
    deadlines.arm("django", Timer.PROBE, 1, epoch=1)
    deadlines.arm("django", Timer.STABLE, 1, epoch=1)
    deadlines.arm("django", Timer.PROBE, 9, epoch=2)
    clock.now += 5
    assert deadlines.take_due() == [("django", TimerFired(1, Timer.STABLE))]
    assert deadlines.until_next() == 4


def test_those_of_a_kind_can_be_had_at_once() -> None:
    clock = FakeClock()
    deadlines = Deadlines(clock)
    deadlines.arm("django", Timer.PROBE, 60, epoch=3)
    deadlines.arm("django", Timer.STABLE, 60, epoch=3)
    deadlines.arm("worker", Timer.PROBE, -1, epoch=2)
    deadlines.hasten(Timer.PROBE)
    assert deadlines.take_due() == [
        ("django", TimerFired(3, Timer.PROBE)),
        ("worker", TimerFired(2, Timer.PROBE)),
    ]
    assert deadlines.until_next() == 60
