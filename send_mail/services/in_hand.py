"""What this process works on: claims, and who may be in hand beside whom.

A mail that had two workers die while they had it in hand is a suspect: it is tried with nothing
else in hand, so that a third death can only be its own. Its neighbours, whatever they have been
through, are never quarantined for it.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol


class Held(Protocol):
    """What the reaper must know of a claim."""

    @property
    def mail_id(self) -> int:
        """The mail's id."""

    @property
    def runs_until(self) -> float:
        """Until when its lease runs, by the monotonic clock."""


class Hands:
    """The claims in hand, and the door through which they come."""

    def __init__(self) -> None:
        self._door = threading.Condition()
        self._inside = 0
        self._want_alone = 0
        self._is_alone = False
        self._claims: dict[int, Held] = {}

    @contextmanager
    def together(self) -> Iterator[None]:
        """Work beside others; waits while a suspect is, or wants to be, alone."""
        with self._door:
            while self._want_alone:
                self._door.wait()
            self._inside += 1
        try:
            yield
        finally:
            with self._door:
                self._inside -= 1
                if self._want_alone and not self._inside:
                    self._door.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Work while nothing else of this process does; waits until that is so."""
        with self._door:
            self._want_alone += 1
            while self._inside or self._is_alone:
                self._door.wait()
            self._is_alone = True
        try:
            yield
        finally:
            with self._door:
                self._is_alone = False
                self._want_alone -= 1
                self._door.notify_all()

    def crowded(self) -> bool:
        """Return whether more than one task works here just now."""
        return self._inside > 1

    @contextmanager
    def holding(self, claims: Sequence[Held]) -> Iterator[None]:
        """Have *claims* known as in hand."""
        for claim in claims:
            self._claims[claim.mail_id] = claim
        try:
            yield
        finally:
            for claim in claims:
                # A mail that was given back may be in another task's hands by now.
                if self._claims.get(claim.mail_id) is claim:
                    del self._claims[claim.mail_id]

    def alive(self) -> list[int]:
        """Return the mails whose lease still runs by the clock that never jumps."""
        now = time.monotonic()
        return [mail_id for mail_id, c in list(self._claims.items()) if c.runs_until > now]


hands = Hands()
