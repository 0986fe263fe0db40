"""What an installation tells while it is under way, how it is cancelled, and how it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable

Say = Callable[[str], None]


class PartError(Exception):
    """A part could not be installed: one sentence why, one what to do. Nothing of it was used."""

    def __init__(self, words: str, remedy: str = "") -> None:
        super().__init__(words)
        self.remedy = remedy


class CancelledError(Exception):
    """The user asked for the end of it."""


class Watch:
    """Told by the thread that installs; cancelled from any other.

    `say` gets a sentence for the user, a few times a second at most. `share` is how far the present
    step has come, from 0 to 1, or None where that is not known.
    """

    def __init__(self, say: Say) -> None:
        self.share: float | None = None
        self._say = say
        self._cancelled = threading.Event()

    def tell(self, words: str, share: float | None = None) -> None:
        """A step, or how far it has come. Raises CancelledError."""
        self.check()
        self.share = share
        self._say(words)

    def check(self) -> None:
        """Raise CancelledError where it was cancelled."""
        if self._cancelled.is_set():
            raise CancelledError

    def pause(self, seconds: float) -> None:
        """Wait, unless it is cancelled meanwhile. Raises CancelledError."""
        self._cancelled.wait(seconds)
        self.check()

    def cancel(self) -> None:
        """End it at the next step, a moment from now."""
        self._cancelled.set()
