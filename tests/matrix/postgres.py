"""A PostgreSQL of our own, from the system's package, in a temporary folder on loopback."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.helpers.measuring import NotInstalled, NotMeasured
from tests.helpers.ports import free_port
from tests.helpers.programs import Program, environment, run

REMEDY = "apt-get install -y postgresql"
_USER = "postgres"


class Cluster:
    """A running server; `database` makes a new one in it and returns its URL."""

    def __init__(self, port: int) -> None:
        self._port = port

    def database(self, name: str) -> str:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgres://{_USER}@127.0.0.1:{self._port}/{name}"


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Make it, run it, remove it. Raises NotMeasured where the package is not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(programs[-1]) if programs else shutil.which("initdb")
    if not found:
        raise NotInstalled("PostgreSQL's server", REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="celery-launcher-postgres-"))
    before = _as_somebody(folder)
    try:
        made = run(
            [*before, found, "-D", str(folder / "data"), "-U", _USER, "-A", "trust", "--no-sync"],
            folder=folder,
        )
        if made.returncode:
            raise NotMeasured(f"initdb failed: {made.stderr.strip()[-300:]}", REMEDY)
        port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "max_connections": "300",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = [*before, str(Path(found).with_name("postgres")), "-D", str(folder / "data")]
        with Program([*server, *words], env=environment(), folder=folder) as program:
            program.wait_for("ready to accept connections", 60)
            yield Cluster(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_somebody(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the words that make another user of us, who owns it."""
    if os.geteuid() != 0:
        return []
    for name in (_USER, "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            return [
                *("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}"),
                *("--clear-groups", "--"),
            ]
    raise NotMeasured("there is no user but root to run PostgreSQL as", REMEDY)
