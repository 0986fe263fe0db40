"""How building says that it cannot."""

from __future__ import annotations


class Unavailable(Exception):  # noqa: N818 - an answer, not a fault
    """A tool or a part cannot be had here: why, and what to do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}. To have it: {remedy}")
        self.reason = reason
        self.remedy = remedy


class BuildError(Exception):
    """A step failed although all it needs is there; the message says which and why."""
