"""Which pools a worker can use here."""

from __future__ import annotations

import multiprocessing

import pytest

from launcher.runtime import pools
from launcher.settings import POOLS


def test_what_celery_brings_itself_lacks_nothing() -> None:
    assert pools.missing_for("threads") == ""
    assert pools.missing_for("solo") == ""


def test_prefork_needs_a_system_with_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert pools.missing_for("prefork") == "this system has no fork"


def test_a_green_pool_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools.importlib.util, "find_spec", lambda _name: None)
    lacking = {pool for pool in POOLS if pools.missing_for(pool).endswith("is not installed")}
    assert lacking == {"eventlet", "gevent"}
