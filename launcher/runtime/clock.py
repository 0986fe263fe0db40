"""The clock of this machine, and what may happen to it."""

from __future__ import annotations

import time
from collections.abc import Callable

from launcher.core.protocols import Clock

JUMP_S = 5.0
"""The time of day is put right by less than this all the time."""


class MonotonicClock:
    """`launcher.core.protocols.Clock` of this machine."""

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic()


class ClockJumps:
    """Notices that the time of day went on without us: the machine slept, or somebody set it.

    Linux does not count a sleep in its monotonic clock, so that no timer tells of one. Asked by one
    thread, whenever it wakes.
    """

    def __init__(self, clock: Clock, time_of_day: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._time_of_day = time_of_day
        self._apart = self._difference()

    def noticed(self) -> bool:
        """Whether it has jumped, either way, since this was asked last."""
        before, self._apart = self._apart, self._difference()
        return abs(self._apart - before) >= JUMP_S

    def _difference(self) -> float:
        return self._time_of_day() - self._clock.monotonic()
