"""Whose clock an event was stamped by, and when that was on ours.

Celery stamps an event with the clock of the machine that sends it. An event arrives a little after
it was sent, never before: so the smallest difference between arrival and stamp, over a while, is
how far the two clocks are apart, but for the quickest way that an event took.
"""

from __future__ import annotations

from dataclasses import dataclass

TOLERATED = 1.0
"""Seconds. Events are sent in groups and take their way, so less than this proves nothing."""
WINDOW = 15.0
"""Seconds that one smallest difference stands for; the one before counts too."""


@dataclass(slots=True)
class _Differences:
    began: float
    least: float
    least_before: float | None = None

    def take(self, difference: float, received: float) -> float:
        if not 0 <= received - self.began < WINDOW:
            # Our own clock may have been set back, too: then nothing of before holds.
            kept = 0 <= received - self.began < 2 * WINDOW
            self.least_before = self.least if kept else None
            self.began, self.least = received, difference
        self.least = min(self.least, difference)
        return self.least if self.least_before is None else min(self.least, self.least_before)


class SenderClocks:
    """One clock a machine. All times are seconds since the epoch."""

    def __init__(self) -> None:
        self._machines: dict[str, _Differences] = {}
        self._skews: dict[str, float] = {}

    def ours(self, hostname: str, stamp: float, received: float) -> float:
        """When an event was sent, on our clock; never later than it was received.

        `hostname` is the event's, `node@machine`.
        """
        machine = hostname.rpartition("@")[2]
        difference = received - stamp
        known = self._machines.get(machine)
        if known is None:
            known = self._machines[machine] = _Differences(received, difference)
        least = known.take(difference, received)
        if abs(least) <= TOLERATED:
            self._skews.pop(machine, None)
            return min(stamp, received)
        self._skews[machine] = -least
        return min(stamp + least, received)

    @property
    def skews(self) -> dict[str, float]:
        """Machines whose clock is off, by how many seconds it is ahead of ours."""
        return dict(self._skews)

    @property
    def words(self) -> str:
        """What is to be said of it, "" when all agree."""
        parts = [
            f"{machine} is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
            for machine, skew in sorted(self._skews.items())
        ]
        if not parts:
            return ""
        return f"Clocks differ: {', '.join(parts)}. Times are shown by this machine's clock."
