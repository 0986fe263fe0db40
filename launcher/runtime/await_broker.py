"""A Celery command that does its imports while the broker still boots.

`python -m launcher celery -A app worker ...` is `celery -A app worker ...`, except that it first
imports all that the command will need, which takes a second, and then waits until somebody accepts
connections at CELERY_BROKER_URL. Celery alone would try at once, fail, and come back after a
growing pause. Runs in the service's own process; owns no supervision.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

_LOOK_EVERY = 0.05
_CONNECT_LIMIT = 1.0

_NEEDED: Mapping[str, Sequence[str]] = {
    "worker": (
        "celery.apps.worker",
        "celery.worker.consumer",
        "celery.worker.pidbox",
        "celery.worker.strategy",
        "kombu.transport.pyamqp",
    ),
    "beat": ("celery.apps.beat", "kombu.transport.pyamqp"),
    "flower": ("flower.command", "flower.app", "flower.urls", "kombu.transport.pyamqp"),
}
"""What a command imports after it has begun, as `python -X importtime` showed it."""


def main(arguments: Sequence[str]) -> int:
    """Import, wait, then be the Celery command. `arguments` are those of `celery`."""
    sys.argv = ["celery", *arguments]
    # First of all, as celery's own entry does: a green pool replaces sockets and threads, and what
    # was imported before would keep the old ones.
    from celery import maybe_patch_concurrency  # noqa: PLC0415 - see above

    maybe_patch_concurrency()
    broker = os.environ.get("CELERY_BROKER_URL", "")
    beside_its_boot = not _is_up(broker)
    if beside_its_boot:
        _schedule("SCHED_IDLE")
    _import_all(arguments)
    _wait_for(broker)
    if beside_its_boot:
        _schedule("SCHED_OTHER")
    from celery.__main__ import main as celery  # noqa: PLC0415 - after the patching

    celery()
    return 0


def _schedule(policy: str) -> None:
    """Use only the processor time that nobody else wants (SCHED_IDLE), or one's share again.

    Everybody waits for the broker, whose boot keeps a core busy: imports beside it go second. Once
    it is up, after a crash for instance, everybody waits for the imports.
    Linux lets a process come back from SCHED_IDLE (sched(7)); elsewhere nothing is done.
    """
    number = getattr(os, policy, None)
    if sys.platform == "linux" and number is not None:
        with contextlib.suppress(OSError):  # a sandbox may forbid it
            os.sched_setscheduler(0, number, os.sched_param(0))


def _import_all(arguments: Sequence[str]) -> None:
    from celery.app.utils import find_app  # noqa: PLC0415 - after the patching

    app = find_app(arguments[arguments.index("-A") + 1])
    for word in arguments:
        for name in _NEEDED.get(word, ()):
            importlib.import_module(name)
    app.loader.import_default_modules()
    app.finalize()


def _wait_for(url: str) -> None:
    """Until the broker is up."""
    pause = threading.Event()
    while not _is_up(url):
        pause.wait(_LOOK_EVERY)


def _is_up(url: str) -> bool:
    """Whether the broker's port accepts. A URL without a port is not waited for."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.port is None:
        return True
    return _accepts(parts.hostname, parts.port)


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), _CONNECT_LIMIT).close()
    except OSError:
        return False
    return True
