"""Who is heard, who is silent, and what a worker's answers say together."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.core.tasks_schedule import Entry, entries
from launcher.core.tasks_workers import SILENT, Heard, pool_name, worker_view

NOW = 5_000.0


def beat(host: str = "w@host", at: float = NOW, kind: str = "worker-heartbeat") -> dict[str, Any]:
    return {"type": kind, "hostname": host, "local_received": at}


def test_a_worker_that_is_not_heard_any_more_is_named_once() -> None:
    heard = Heard()
    heard.hear(beat())
    assert heard.silent(NOW + SILENT) == []
    assert heard.silent(NOW + SILENT + 1) == ["w@host"]
    assert heard.silent(NOW + SILENT + 2) == []


def test_one_that_comes_back_can_fall_silent_again() -> None:
    heard = Heard()
    heard.hear(beat())
    heard.silent(NOW + 100)
    heard.answered("w@host", NOW + 200)
    assert heard.silent(NOW + 201) == []
    assert heard.silent(NOW + 300) == ["w@host"]


def test_while_the_broker_is_away_nobody_falls_silent() -> None:
    heard = Heard()
    heard.hear(beat())
    heard.listen_anew(NOW + 100)
    assert heard.silent(NOW + 100 + SILENT) == []


def test_a_goodbye_is_told_and_a_publisher_is_no_worker() -> None:
    heard = Heard()
    heard.hear(beat())
    assert heard.hear(beat(kind="worker-offline")) == "w@host"
    heard.hear(beat("web@host", kind="task-sent"))
    assert heard.present == {}


def test_a_worker_of_an_earlier_run_is_silent_unless_it_is_heard() -> None:
    heard = Heard()
    heard.expect(["old@host", "other@host"], NOW)
    heard.hear(beat("other@host", NOW + SILENT))
    assert heard.silent(NOW + SILENT + 1) == ["old@host"]


def test_answers_become_a_worker() -> None:
    stats = {
        "pool": {"implementation": "celery.concurrency.eventlet:TaskPool", "max-concurrency": 50},
        "total": {"app.add": 7, "app.sub": 5},
        "prefetch_count": 50,
        "pid": 4711,
        "uptime": 61,
        "rusage": {"maxrss": 80_000},
    }
    view = worker_view(
        "w@host",
        stats,
        active=["a"],
        waiting=["b", "c"],
        queues=[{"name": "celery"}, "broken"],
        tasks=["app.sub [rate_limit=3]", "app.add"],
    )
    assert (view.pool, view.size, view.active, view.waiting) == ("eventlet", 50, 1, 2)
    assert (view.queues, view.tasks, view.done) == (("celery",), ("app.add", "app.sub"), 12)
    assert view.grows
    assert view.load == pytest.approx(0.02)


@pytest.mark.parametrize("stats", [{}, {"pool": None, "total": [], "rusage": "N/A", "pid": None}])
def test_answers_of_another_shape_leave_out_what_they_do_not_say(stats: dict[str, Any]) -> None:
    view = worker_view("w@host", stats, active=[], waiting=[], queues=[], tasks=[])
    assert (view.pool, view.size, view.load, view.grows) == ("", 0, 0.0, False)


@pytest.mark.parametrize(
    ("implementation", "name"),
    [
        ("celery.concurrency.prefork:TaskPool", "prefork"),
        ("celery.concurrency.thread:TaskPool", "threads"),
        ("celery.concurrency.solo:TaskPool", "solo"),
        ("", ""),
    ],
)
def test_a_pool_is_named_as_on_the_command_line(implementation: str, name: str) -> None:
    assert pool_name(implementation) == name


def test_the_schedule_is_read_from_what_beat_tells() -> None:
    told = {
        "schedule": [
            {
                "name": "relay",
                "task": "app.relay",
                "every": "freq: 3.00 seconds",
                "args": [],
                "kwargs": {},
                "queue": "celery.relay",
                "last_at": 10.5,
                "next_at": 13.5,
                "count": 4,
            },
            {"name": "daily", "task": "app.daily", "args": None, "last_at": None},
            7,
        ]
    }
    assert entries(told) == (
        Entry("daily", "app.daily"),
        Entry(
            "relay",
            "app.relay",
            "freq: 3.00 seconds",
            queue="celery.relay",
            last_at=10.5,
            next_at=13.5,
            count=4,
        ),
    )
    for broken in (None, {}, [], {"schedule": None}):
        assert entries(broken) == ()
