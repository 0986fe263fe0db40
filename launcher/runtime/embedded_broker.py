"""The folder of the embedded broker (kombu's filesystem transport), before anybody uses it."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

_MESSAGES = ("*.celeryev.*.msg", "*.pidbox.msg")
_BINDINGS = ("celeryev.exchange", "celery.pidbox.exchange", "reply.celery.pidbox.exchange")


def prepare(folder: Path) -> None:
    """Make the folder, private to the user, and remove what an earlier run's monitors left.

    Event and control queues of processes that are gone stay bound for ever, so every event would be
    written for them again. Task messages are kept. Only while nothing is connected: at the start.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    left = chain.from_iterable((folder / "messages").glob(name) for name in _MESSAGES)
    for path in (*left, *(folder / "control" / name for name in _BINDINGS)):
        path.unlink(missing_ok=True)
