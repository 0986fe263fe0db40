"""The clock of this machine."""

from __future__ import annotations

import time


class MonotonicClock:
    """`launcher.core.protocols.Clock` of this machine."""

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic()
