"""How fast something comes, and how long it will still take. The clock is the caller's."""

from __future__ import annotations

from collections import deque

from launcher.core.disk import size

_WINDOW = 5.0
"""Seconds that a speed is measured over: long enough not to flicker, short enough to be true."""


class Meter:
    """Bytes against time. `total` is 0 where nobody knows it; `done` bytes are there already."""

    def __init__(self, total: int, done: int, now: float) -> None:
        self.total = total
        self.done = done
        self._samples: deque[tuple[float, int]] = deque([(now, done)])

    def add(self, count: int, now: float) -> None:
        """`count` more bytes have come."""
        self.done += count
        self._samples.append((now, self.done))
        while len(self._samples) > 2 and now - self._samples[1][0] >= _WINDOW:
            self._samples.popleft()

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where the total is not known."""
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def per_second(self) -> float:
        """Bytes a second over the last few seconds; 0 before anything came."""
        (began, before), (last, now) = self._samples[0], self._samples[-1]
        return (now - before) / (last - began) if last > began else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None where that cannot be told yet."""
        if not self.total or self.per_second <= 0:
            return None
        return max(self.total - self.done, 0) / self.per_second

    @property
    def words(self) -> str:
        """Such as "34.0 MB of 120.4 MB · 5.2 MB/s · 20 s left"."""
        of = f" of {size(self.total)}" if self.total else ""
        parts = [f"{size(self.done)}{of}"]
        if self.per_second > 0:
            parts.append(f"{size(int(self.per_second))}/s")
        if (left := self.seconds_left) is not None:
            parts.append(f"{duration(left)} left")
        return " · ".join(parts)


def duration(seconds: float) -> str:
    """Seconds as one reads them: "20 s", "3 min", "2 h 5 min"."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
