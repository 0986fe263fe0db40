"""Which of Celery's pools a worker can use on this machine."""

from __future__ import annotations

import importlib.util
import multiprocessing

_PACKAGES = ("eventlet", "gevent")


def missing_for(pool: str) -> str:
    """What a worker would lack to run with this pool, as a clause; "" when it lacks nothing."""
    if pool in _PACKAGES and importlib.util.find_spec(pool) is None:
        return f"{pool} is not installed"
    if pool == "prefork" and "fork" not in multiprocessing.get_all_start_methods():
        return "this system has no fork"
    return ""
