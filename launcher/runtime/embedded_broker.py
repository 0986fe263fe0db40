"""The folder of the embedded broker (kombu's filesystem transport), before anybody uses it."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

_MESSAGES = ("*.celeryev.*.msg", "*.pidbox.msg")
_MONITORS = ("celeryev", "celery.pidbox", "reply.celery.pidbox")
_TASKS = ("celery", "celery.relay")


def prepare(folder: Path) -> None:
    """Make the folder, private to the user, and remove what an earlier run's monitors left.

    Event and control queues of processes that are gone stay bound for ever, so every event would
    be written for them again. Task messages are kept. Only at the start, with nobody connected.

    Each exchange gets its file, empty of bindings. kombu makes it at the first binding, opened
    first and locked and filled after that, so that of two processes that bind at once the second
    may read nothing and fail: a worker that met this answered no ping until it was restarted.
    """
    for part in (folder, folder / "messages", folder / "control"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in chain.from_iterable((folder / "messages").glob(name) for name in _MESSAGES):
        path.unlink(missing_ok=True)
    for name in (*_MONITORS, *_TASKS):
        path = folder / "control" / f"{name}.exchange"
        if name in _MONITORS or not path.exists():
            path.write_text("[]", encoding="utf-8")
