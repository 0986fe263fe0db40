"""What probers come back with, and the words for a network that does not answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

from launcher.core.events import ProbeAnswer, ProbeOutcome
from launcher.core.state import Problem

Secrets = Callable[[str], str]
"""Gives a credential by its name."""

FREE_THE_PORT = "End that program, or choose another port in the settings."


def ready(detail: str = "", problem: Problem | None = None) -> ProbeAnswer:
    """It is up and it is the one; `problem` is what it does not do all the same."""
    return ProbeAnswer(ProbeOutcome.READY, detail, problem)


def not_ready(detail: str) -> ProbeAnswer:
    """Nobody answers, or not yet well."""
    return ProbeAnswer(ProbeOutcome.NOT_READY, detail)


def conflict(words: str, remedy: str) -> ProbeAnswer:
    """Somebody else answers."""
    mend = "port" if remedy == FREE_THE_PORT else ""
    return ProbeAnswer(ProbeOutcome.CONFLICT, words, Problem(words, remedy, mend))


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, empty when it is none."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def network_words(error: Exception) -> str:
    """Why nobody could be asked, as a clause."""
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there yet"
    if isinstance(error, TimeoutError):
        return "accepts, but does not answer"
    if isinstance(error, socket.gaierror):
        return "its host name is not known"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
