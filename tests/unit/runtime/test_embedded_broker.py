"""The embedded broker's folder at the start of a run."""

from __future__ import annotations

from pathlib import Path

from launcher.runtime.embedded_broker import prepare


def test_queues_of_the_dead_go_and_tasks_stay(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    names = [
        "messages/1_a.celeryev.0b.msg",
        "messages/2_b.launcher-1@localhost.celery.pidbox.msg",
        "messages/3_c.celery.msg",
        "control/celeryev.exchange",
        "control/celery.pidbox.exchange",
        "control/reply.celery.pidbox.exchange",
        "control/celery.exchange",
    ]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    prepare(folder)
    kept = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert kept == ["control/celery.exchange", "messages/3_c.celery.msg"]


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    prepare(tmp_path / "a" / "broker")
    prepare(tmp_path / "a" / "broker")
    assert (tmp_path / "a" / "broker").stat().st_mode & 0o777 == 0o700
