"""The project around the app: broker addresses, own files, beat, shutdown, the first command."""

import errno
import json
import logging
import os
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.beat import ScheduleEntry
from celery.worker import state as worker_state
from django.contrib.auth import get_user_model
from django.core.management import call_command

from celerytutorial import beat, broker, home, shutdown
from celerytutorial.beat import TickingScheduler
from celerytutorial.celery import app, suit_concurrency_to_pool
from celerytutorial.quiet import NoRelayChatter

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["", "localhost"])
def test_the_embedded_broker_gets_its_folders(host: str, tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    made = broker.broker_from(f"filesystem://{host}{folder.as_posix().replace(' ', '%20')}")
    options = made.options
    assert made.url == "filesystem://"
    assert options["data_folder_in"] == options["data_folder_out"] == str(folder / "messages")
    assert options["polling_interval"] == 0.1
    assert (folder / "control").is_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "url", ["filesystem://", "filesystem:///", "filesystem://relative/x", "filesystem:x"]
)
def test_an_embedded_broker_without_an_absolute_folder_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="absolute folder"):
        broker.broker_from(url)


def test_any_other_broker_is_passed_on() -> None:
    assert broker.broker_from("amqp://u:p@h:1//") == broker.Broker("amqp://u:p@h:1//")


def test_a_key_is_made_once_for_the_user_alone(data_folder: Path) -> None:
    key = home.own_secret_key(data_folder)
    home.own_secret_key.cache_clear()
    path = data_folder / home.KEY_FILE
    assert home.own_secret_key(data_folder) == key == path.read_text()
    assert len(key) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_of_many_who_make_a_key_at_once_all_get_the_same(data_folder: Path) -> None:
    start, keys = threading.Barrier(8), []

    def make() -> None:
        start.wait()
        keys.append(home.own_secret_key.__wrapped__(data_folder))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert set(keys) == {(data_folder / home.KEY_FILE).read_text()}
    assert [path.name for path in data_folder.iterdir()] == [home.KEY_FILE]


def test_a_key_file_that_is_empty_is_made_anew(data_folder: Path) -> None:
    data_folder.mkdir()
    (data_folder / home.KEY_FILE).touch()
    assert len(home.own_secret_key.__wrapped__(data_folder)) >= 50


def test_a_full_disk_leaves_no_empty_key(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home, "get_random_secret_key", full)
    with pytest.raises(OSError, match="space"):
        home.own_secret_key.__wrapped__(data_folder)
    assert list(data_folder.iterdir()) == []


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP])
def test_a_disk_without_links_keeps_a_key_too(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    key = home.own_secret_key.__wrapped__(data_folder)
    assert key == (data_folder / home.KEY_FILE).read_text()
    assert stat.S_IMODE((data_folder / home.KEY_FILE).stat().st_mode) == 0o600


def settings_in(tmp_path: Path, expression: str, **variables: str) -> Any:
    """Return what *expression* is in a fresh process with only these variables of ours."""
    script = (
        f"import json; from celerytutorial import settings as s; print(json.dumps({expression}))"
    )
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=given, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


BY_HAND = (
    "[s.DEBUG, s.CELERY_BROKER_URL, s.DATABASES['default']['NAME'], s.EMAIL_BACKEND.split('.')[-2],"
    " s.ALLOWED_HOSTS]"
)


def test_without_our_variables_it_is_the_tutorial_by_hand(tmp_path: Path) -> None:
    debug, url, database, mail, hosts = settings_in(tmp_path, BY_HAND)
    assert (debug, mail, hosts) == (True, "console", ["127.0.0.1", "localhost"])
    assert url == "amqp://guest:guest@localhost:5672//"
    assert Path(database) == ROOT / "db.sqlite3"


def test_a_given_key_switches_debug_off(tmp_path: Path) -> None:
    assert settings_in(tmp_path, "s.DEBUG", SECRET_KEY="x") is False
    assert settings_in(tmp_path, "s.DEBUG", SECRET_KEY="x", DEBUG="1") is True


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://me@mail.example:587", ["smtp", "mail.example", 587, False, False, "me"]),
        ("smtp+tls://mail.example:587", ["smtp", "mail.example", 587, True, False, ""]),
        ("smtp+ssl://mail.example:465", ["smtp", "mail.example", 465, False, True, ""]),
        ("smtp://127.0.0.1:1025", ["smtp", "127.0.0.1", 1025, False, False, ""]),
        ("console:", ["console", "127.0.0.1", 25, False, False, ""]),
    ],
)
def test_the_mail_server_is_read_from_its_url(tmp_path: Path, url: str, found: list[Any]) -> None:
    asked = (
        "[s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS,"
        " s.EMAIL_USE_SSL, s.EMAIL_HOST_USER]"
    )
    assert settings_in(tmp_path, asked, EMAIL_URL=url, SECRET_KEY="x") == found


def test_postgresql_is_possible_by_url(tmp_path: Path) -> None:
    asked = "[s.DATABASES['default']['ENGINE'], s.DATABASES['default'].get('OPTIONS', {})]"
    url = "postgres://u:p@db:5432/mail"
    assert settings_in(tmp_path, asked, DATABASE_URL=url, SECRET_KEY="x") == [
        "django.db.backends.postgresql", {},
    ]  # fmt: skip


def test_celery_is_set_for_speed_and_safety() -> None:
    conf = app.conf
    assert conf.broker_heartbeat == 0
    assert conf.accept_content == ["json"]
    assert (conf.task_acks_late, conf.task_ignore_result) == (True, True)
    assert (conf.worker_send_task_events, conf.task_send_sent_event) == (True, True)
    assert conf.broker_pool_limit is not None
    assert "send_mail.tasks.relay" in {entry["task"] for entry in conf.beat_schedule.values()}


@pytest.mark.parametrize(
    ("options", "concurrency"),
    [
        ({"pool_cls": "eventlet"}, 50),
        ({"pool_cls": "prefork"}, os.cpu_count()),
        ({"pool_cls": "prefork", "concurrency": 3}, 50),
        ({}, os.cpu_count()),
    ],
)
def test_fifty_greenlets_are_not_fifty_processes(options: dict[str, Any], concurrency: int) -> None:
    conf = SimpleNamespace(worker_concurrency=50, worker_pool="prefork")
    suit_concurrency_to_pool(conf=conf, options=options)
    assert conf.worker_concurrency == concurrency


@pytest.fixture
def scheduler(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> TickingScheduler:
    settings.CELERY_BEAT_TICK_FILE = str(tmp_path / "tick.json")
    made = TickingScheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    monkeypatch.setattr(ScheduleEntry, "_next_instance", lambda self, **_: self, raising=False)
    return made


def test_the_relay_is_due_at_once_also_after_a_restart(
    tmp_path: Path, scheduler: TickingScheduler
) -> None:
    assert scheduler.schedule["relay"].is_due().is_due
    scheduler.close()
    again = TickingScheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    assert again.schedule["relay"].is_due().is_due
    again.close()


def test_a_tick_is_written_when_the_broker_took_the_entry(
    tmp_path: Path, scheduler: TickingScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat.PersistentScheduler, "apply_async", lambda *_, **__: None)
    scheduler.apply_async(scheduler.schedule["relay"])
    scheduler.apply_async(scheduler.schedule["relay"])
    tick = json.loads((tmp_path / "tick.json").read_text())
    assert (tick["run"], tick["ticks"]) == ("run-of-tests", 2)
    assert tick["at"].endswith("+00:00")
    assert [path.name for path in tmp_path.glob("tick*")] == ["tick.json"]
    relay = next(entry for entry in tick["schedule"] if entry["name"] == "relay")
    assert relay["task"] == "send_mail.tasks.relay"
    assert relay["queue"] == "celery.relay"
    assert "3.00 seconds" in relay["every"]
    assert relay["next_at"] >= relay["last_at"]


def test_no_tick_is_written_when_the_broker_took_nothing(
    tmp_path: Path, scheduler: TickingScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(beat.PersistentScheduler, "apply_async", refuse)
    with pytest.raises(ConnectionError):
        scheduler.apply_async(scheduler.schedule["relay"])
    assert not (tmp_path / "tick.json").exists()


def test_a_clock_set_back_does_not_stop_the_ticks(
    scheduler: TickingScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat.PersistentScheduler, "tick", lambda *_, **__: 1.0)
    entry = scheduler.schedule["relay"]
    entry.last_run_at = app.now() + timedelta(hours=1)
    scheduler.tick()
    assert not entry.is_due().is_due
    real = beat.time.time
    monkeypatch.setattr(beat.time, "time", lambda: real() - 3600)
    scheduler.tick()
    assert entry.is_due().is_due


@pytest.mark.parametrize(
    ("stopping", "reserved", "active", "empty"),
    [
        (None, 0, 0, False),
        (0, 1, 0, False),
        (0, 1, 1, False),
        (0, 0, 1, False),
        (0, 0, 0, True),
    ],
)
def test_nothing_is_in_hand_only_when_leaving_with_no_task(
    monkeypatch: pytest.MonkeyPatch, stopping: int | None, reserved: int, active: int, empty: bool
) -> None:
    monkeypatch.setattr(worker_state, "should_stop", stopping)
    monkeypatch.setattr(worker_state, "should_terminate", None)
    monkeypatch.setattr(worker_state, "reserved_requests", set(range(reserved)))
    monkeypatch.setattr(worker_state, "active_requests", set(range(active)))
    assert shutdown.nothing_in_hand() is empty


def test_the_relays_chatter_is_dropped_and_its_errors_are_not() -> None:
    def kept(level: int, text: str) -> bool:
        return NoRelayChatter().filter(logging.LogRecord("x", level, "", 0, text, (), None))

    assert not kept(logging.INFO, "Task send_mail.tasks.relay[1] received")
    assert kept(logging.ERROR, "Task send_mail.tasks.relay[1] raised")
    assert kept(logging.INFO, "Task send_mail.tasks.send_email_task[1] received")


def prepared(capsys: pytest.CaptureFixture[str], **options: Any) -> list[str]:
    call_command("prepare_database", **options)
    return capsys.readouterr().out.splitlines()


def test_the_database_is_prepared_once_and_the_admin_kept_right(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for password in ("one", "one", "two"):
        monkeypatch.setenv("LAUNCHER_ADMIN_PASSWORD", password)
        said += prepared(capsys)[1:]
    assert said == ["User admin made", "User admin is there", "User admin has a new password"]
    admin = get_user_model().objects.get(username="admin")
    assert admin.is_superuser
    assert admin.check_password("two")


def test_without_a_password_no_admin_is_made(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LAUNCHER_ADMIN_PASSWORD", raising=False)
    assert prepared(capsys) == ["Database is up to date"]
    assert not get_user_model().objects.exists()


def test_no_migration_is_missing(transactional_db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True)


def test_reading_the_settings_writes_no_key(tmp_path: Path) -> None:
    key = ROOT / home.KEY_FILE
    before = key.exists()
    settings_in(tmp_path, "s.DEBUG")
    assert key.exists() == before
