"""The database step's memory: what makes it do its work again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from launcher.runtime.prepared import database_file, is_prepared, remember
from tests.helpers.programs import environment

OWN = {
    "DJANGO_SETTINGS_MODULE": "celerytutorial.settings",
    "SECRET_KEY": "a key of this test",
    "LAUNCHER_ADMIN_PASSWORD": "a password of this test",
}


def prepare(database: Path, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "launcher", "prepare-database"],
        env=environment(**{**OWN, "DATABASE_URL": f"sqlite:///{database.as_posix()}", **more}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout + ("Django was imported" if "django.core.management" in done.stderr else "")


def test_the_second_start_does_nothing_and_a_new_password_is_given(tmp_path: Path) -> None:
    database = tmp_path / "a name, with spaces 100%" / "db.sqlite3"
    database.parent.mkdir()
    first = prepare(database)
    assert "migrations applied" in first
    assert "User admin made" in first
    assert prepare(database) == "Database is up to date\n"
    assert "User admin has a new password" in prepare(database, LAUNCHER_ADMIN_PASSWORD="another")
    assert OWN["LAUNCHER_ADMIN_PASSWORD"] not in "".join(
        file.read_text(encoding="utf-8") for file in database.parent.glob("*.prepared")
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_initial.py").touch()
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as connection, connection:
        connection.executescript("""
            CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT);
            CREATE TABLE auth_user (username TEXT, password TEXT, is_active, is_superuser);
            INSERT INTO django_migrations (app, name) VALUES ('send_mail', '0001_initial');
            INSERT INTO auth_user VALUES ('admin', 'hashed', 1, 1), ('eve', 'hashed too', 1, 0);
        """)
    remember(tmp_path / "db.sqlite3", OWN, [tmp_path / "migrations"])
    return tmp_path


def sql(statement: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        with closing(sqlite3.connect(place / "db.sqlite3")) as connection, connection:
            connection.execute(statement)

    return change


CHANGES: dict[str, Callable[[Path], object]] = {
    "a migration was undone": sql("DELETE FROM django_migrations"),
    "the admin was removed": sql("DELETE FROM auth_user WHERE username = 'admin'"),
    "the admin has another password": sql("UPDATE auth_user SET password = 'other'"),
    "the admin was locked out": sql("UPDATE auth_user SET is_active = 0"),
    "the tables are gone": sql("DROP TABLE django_migrations"),
    "a migration is new": lambda place: (place / "migrations" / "0002_more.py").touch(),
    "a migration was edited": lambda place: (place / "migrations" / "0001_initial.py").write_text(
        "# edited"
    ),
    "an app is gone": lambda place: (place / "migrations").rename(place / "elsewhere"),
    "the database is gone": lambda place: (place / "db.sqlite3").unlink(),
    "the database is broken": lambda place: (place / "db.sqlite3").write_bytes(b"not one" * 999),
    "the memory is gone": lambda place: (place / "db.sqlite3.prepared").unlink(),
    "the memory is broken": lambda place: (place / "db.sqlite3.prepared").write_text("[]"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_has_changed_is_prepared_again(place: Path, change: Callable[[Path], object]) -> None:
    assert is_prepared(place / "db.sqlite3", OWN)
    change(place)
    assert not is_prepared(place / "db.sqlite3", OWN)


def test_another_user_s_change_needs_no_step(place: Path) -> None:
    sql("DELETE FROM auth_user WHERE username = 'eve'")(place)
    assert is_prepared(place / "db.sqlite3", OWN)


@pytest.mark.parametrize("name", OWN)
def test_another_environment_is_prepared_again(place: Path, name: str) -> None:
    assert not is_prepared(place / "db.sqlite3", {**OWN, name: "another"})


def test_a_look_at_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    remember(tmp_path / "none.sqlite3", OWN, [])
    assert list(tmp_path.iterdir()) == []


def test_only_sqlite_has_a_memory() -> None:
    assert database_file("postgres://user@127.0.0.1/mail") is None
    assert database_file("sqlite:////srv/100%25/db.sqlite3") == Path("/srv/100%/db.sqlite3")
    assert os.fspath(database_file("sqlite:///C:/db.sqlite3") or "") == "C:/db.sqlite3"
