"""The database step, without its work where nothing has changed since it was last done.

`python -m launcher prepare-database` is `python -m django prepare_database` with a memory: a file
beside the SQLite database says what the step had seen when it ended. Where all of that is still so,
the step ends within some 50 ms instead of importing Django, reading every migration and hashing a
password, and whoever waits for the database, Django first, starts a second earlier. Anything else,
another database than SQLite included, is the whole step. Runs in the service's own process.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_SQLITE = "sqlite:///"
_ADMIN = "SELECT password, is_active, is_superuser FROM auth_user WHERE username = 'admin'"
_APPLIED = "SELECT app, name FROM django_migrations ORDER BY id"


def main() -> int:
    """Do the step, or say that nothing is to be done; the exit code is the step's own."""
    database = database_file(os.environ.get("DATABASE_URL", ""))
    if database is not None and is_prepared(database, os.environ):
        print("Database is up to date")  # noqa: T201 - the service's own log
        return 0
    from django.core.management import (  # noqa: PLC0415 - what is to be spared
        execute_from_command_line,
    )

    execute_from_command_line(["django", "prepare_database"])
    if database is not None:
        remember(database, os.environ, _code())
    return 0


def database_file(url: str) -> Path | None:
    """The file of an SQLite address as django-environ reads it; None for any other database."""
    return Path(unquote(url.removeprefix(_SQLITE))) if url.startswith(_SQLITE) else None


def is_prepared(database: Path, environment: Mapping[str, str]) -> bool:
    """Whether the step had nothing to do, by what it left when it was last done."""
    try:
        memory = json.loads(_memory(database).read_text(encoding="utf-8"))
        code = [Path(place) for place in memory["code"]]
        return bool(memory == _seen(database, environment, code))
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error):
        return False


def remember(database: Path, environment: Mapping[str, str], code: Iterable[Path]) -> None:
    """Write down what is so now; `code` are the files and folders that decide what is to be done.

    A memory that cannot be written costs the next start a second, nothing else.
    """
    try:
        text = json.dumps(_seen(database, environment, code))
        part = _memory(database).with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(_memory(database))
    except (OSError, sqlite3.Error) as error:
        print(f"Not remembered that the database is prepared: {error}")  # noqa: T201 - as above


def _memory(database: Path) -> Path:
    return database.with_name(f"{database.name}.prepared")


def _seen(database: Path, environment: Mapping[str, str], code: Iterable[Path]) -> dict[str, Any]:
    """All that decides whether there is something to do. Raises OSError, sqlite3.Error."""
    address = f"{database.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as connection:
        applied = connection.execute(_APPLIED).fetchall()
        admin = connection.execute(_ADMIN).fetchall()
    password = environment.get("LAUNCHER_ADMIN_PASSWORD", "")
    key = environment.get("SECRET_KEY", "").encode()
    return {
        "settings": environment.get("DJANGO_SETTINGS_MODULE", ""),
        "python": sys.version,
        "code": {str(place): _look_of(place) for place in code},
        "applied": _digest(applied),
        # What stands in the database, and by a keyed digest the password that it was made from.
        "admin": _digest(admin),
        "password": hmac.new(key, password.encode(), hashlib.sha256).hexdigest(),
    }


def _look_of(place: Path) -> str:
    """Sizes and times of a file, or of all Python files of a folder."""
    files = sorted(place.glob("*.py")) if place.is_dir() else [place]
    looks = [(file.name, (found := file.stat()).st_size, found.st_mtime_ns) for file in files]
    return _digest(looks)


def _digest(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


def _code() -> list[Path]:
    """Every folder of migrations, and the settings; only after Django was set up."""
    from django.apps import apps  # noqa: PLC0415 - as above

    settings = sys.modules[os.environ["DJANGO_SETTINGS_MODULE"]].__file__
    folders = [Path(app.path) / "migrations" for app in apps.get_app_configs()]
    return [*([Path(settings)] if settings else []), *filter(Path.is_dir, folders)]
