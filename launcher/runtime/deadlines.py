"""The timers that services have armed, and which of them is due next. Owned by one thread."""

from __future__ import annotations

from launcher.core.events import Timer, TimerFired
from launcher.core.protocols import Clock


class Deadlines:
    """At most one pending timer of each kind a service."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: dict[tuple[str, Timer], tuple[float, int]] = {}

    def arm(self, service: str, timer: Timer, delay: float, epoch: int) -> None:
        """Fire in `delay` seconds, for the stay in a state that is `epoch`; replaces an earlier."""
        self._pending[service, timer] = (self._clock.monotonic() + delay, epoch)

    def hasten(self, timer: Timer) -> None:
        """Have all pending timers of a kind be due now."""
        now = self._clock.monotonic()
        for (service, kind), (deadline, epoch) in self._pending.items():
            if kind is timer:
                self._pending[service, kind] = (min(deadline, now), epoch)

    def until_next(self) -> float | None:
        """Seconds until the next one is due, 0 when one is already; None when none is pending."""
        if not self._pending:
            return None
        due = min(deadline for deadline, _ in self._pending.values())
        return max(0.0, due - self._clock.monotonic())

    def take_due(self) -> list[tuple[str, TimerFired]]:
        """Those that are due now, by service; they are pending no more."""
        now = self._clock.monotonic()
        due = [key for key, (deadline, _) in self._pending.items() if deadline <= now]
        return [
            (service, TimerFired(self._pending.pop((service, timer))[1], timer))
            for service, timer in due
        ]
