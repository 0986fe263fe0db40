"""That the system ended a session, for the next one to say; losing it loses a sentence."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from launcher.gui.words import counted, listed


@dataclass(frozen=True, slots=True)
class SystemEnd:
    """`at` is seconds since 1970; `ended_hard` are the titles of what did not stop in time."""

    at: float
    ended_hard: tuple[str, ...] = ()


def keep(path: Path, end: SystemEnd) -> None:
    """Write it down for the next session."""
    with contextlib.suppress(OSError):
        path.write_text(json.dumps(asdict(end)) + "\n", encoding="utf-8")


def take(path: Path) -> SystemEnd | None:
    """What the session before wrote down, once; None when it ended by itself."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        path.unlink()
        titles = tuple(str(each) for each in found["ended_hard"])
        return SystemEnd(float(found["at"]), titles)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def told(end: SystemEnd, mails: int | None) -> str:
    """What happened, and how many mails were on their way; None when that could not be asked."""
    when = dt.datetime.fromtimestamp(end.at).strftime("%d %b, %H:%M")  # noqa: DTZ006 - the user's
    how = "Everything had been stopped in order."
    if end.ended_hard:
        how = f"{listed(end.ended_hard)} had to be ended: there was no more time."
    words = f"The system ended the last session ({when}). {how}"
    if mails:
        verbs = ("was", "goes") if mails == 1 else ("were", "go")
        return f"{words} {counted(mails, 'mail')} {verbs[0]} on the way and {verbs[1]} on now."
    return words if mails is None else f"{words} No mail was on its way."


def pending(counts: Mapping[str, int]) -> int:
    """How many of the outbox's mails were under way; what waits for its time is not."""
    return sum(counts.get(state, 0) for state in ("QUEUED", "SENDING", "RETRYING"))
