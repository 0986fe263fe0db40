"""Waiting for something to come true, with a deadline and words for when it does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_pause = threading.Event()


class TooLate(AssertionError):  # noqa: N818 - what happened, as the failed test prints it
    """Something did not come true in time."""


def eventually(
    question: Callable[[], T],
    timeout: float,
    what: str | Callable[[], str],
    every: float = 0.02,
) -> T:
    """Ask until the answer is truthy and return it. TooLate with `what` after `timeout` s."""
    deadline = time.monotonic() + timeout
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            words = what if isinstance(what, str) else what()
            raise TooLate(f"not within {timeout:g} s: {words}")
        _pause.wait(every)


def let_pass(seconds: float) -> None:
    """Let time pass on purpose: that something does *not* happen, or at what moment to act."""
    _pause.wait(seconds)
