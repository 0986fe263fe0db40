"""How many a second, on which way: counts by second, so that a rate is read without a list."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator

SECONDS = 60
"""Of history."""
SMOOTHED = 3
"""Whole seconds that a rate is the mean of."""


class Rates:
    """Counts of anything that can be a key. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._second = 0
        self._counts: dict[Hashable, deque[int]] = {}

    def count(self, key: Hashable, now: float, number: int = 1) -> None:
        """Note that it happened `number` times now."""
        self._turn(now)
        found = self._counts.get(key)
        if found is None:
            found = self._counts[key] = deque([0], maxlen=SECONDS + 1)
        found[-1] += number

    def rate(self, key: Hashable, now: float) -> float:
        """How often a second, over the last whole seconds, or the running one if that is more."""
        self._turn(now)
        found = self._counts.get(key)
        if not found:
            return 0.0
        whole = list(found)[-1 - SMOOTHED : -1]
        mean = sum(whole) / SMOOTHED
        return max(mean, found[-1] / SMOOTHED)

    def history(self, key: Hashable, now: float) -> list[int]:
        """Counts of the last whole seconds, the newest last."""
        self._turn(now)
        found = self._counts.get(key)
        return list(found)[:-1] if found else []

    def keys(self) -> Iterator[Hashable]:
        """All that happened within the history."""
        yield from list(self._counts)

    def _turn(self, now: float) -> None:
        """Begin a new second for all, once for each that has passed."""
        second = int(now)
        passed = second - self._second
        if passed <= 0:
            return
        self._second = second
        for key, counts in list(self._counts.items()):
            counts.extend([0] * min(passed, SECONDS + 1))
            if not any(counts):
                del self._counts[key]
