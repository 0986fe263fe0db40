"""Whether the machine slept."""

from __future__ import annotations

import pytest

from launcher.runtime.clock import ClockJumps


class Machine:
    """Its monotonic clock, and its time of day."""

    def __init__(self) -> None:
        self.now, self.day = 100.0, 1.7e9

    def monotonic(self) -> float:
        return self.now

    def pass_(self, seconds: float, *, asleep: float = 0.0) -> None:
        self.now += seconds
        self.day += seconds + asleep


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def jumps(machine: Machine) -> ClockJumps:
    return ClockJumps(machine, lambda: machine.day)


def test_time_that_passes_is_no_jump(machine: Machine, jumps: ClockJumps) -> None:
    machine.pass_(86_400)
    assert not jumps.noticed()


@pytest.mark.parametrize("asleep", [10.0, 36_000.0, -3_600.0])
def test_a_sleep_or_a_clock_that_was_set_is_noticed_once(
    asleep: float, machine: Machine, jumps: ClockJumps
) -> None:
    machine.pass_(3, asleep=asleep)
    assert jumps.noticed()
    machine.pass_(3)
    assert not jumps.noticed()


def test_a_clock_that_is_put_right_is_no_jump(machine: Machine, jumps: ClockJumps) -> None:
    for _ in range(100):
        machine.pass_(3, asleep=0.4)
        assert not jumps.noticed()
