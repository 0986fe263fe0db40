"""One pool, one broker, one database: twenty mails, exactly once."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kombu import Connection

from celerytutorial import queues
from launcher.mail import Draft, MailClient, MailRow
from tests.helpers.measuring import placeless
from tests.helpers.ports import free_port
from tests.helpers.programs import Program, environment, run
from tests.helpers.smtp.process import MailServer, doubles
from tests.helpers.waiting import TooLate, eventually

MAILS = 20
SCALE = 0.05
"""A minute takes 3 s: the one that is tried again does not keep the others waiting."""
PATIENCE = 90.0
_TWICE = """
import sys
from celerytutorial.celery import app
for mail_id in sys.argv[1:]:
    for _ in range(2):
        app.send_task("send_mail.tasks.send_email_task", args=[int(mail_id)])
"""


@dataclass(frozen=True)
class Combination:
    """What is chosen, by configuration alone."""

    number: int
    pool: str
    broker: str
    database: str

    @property
    def row(self) -> str:
        return f"M{self.number}"


def measure(chosen: Combination, broker_url: str, database_url: str) -> dict[str, Any]:
    """Run it; "" as a URL stands for what needs no server. A failure is words in the row."""
    folder = Path(tempfile.mkdtemp(prefix="celery-launcher-matrix-"))
    broker_url = broker_url or f"filesystem://localhost{folder / 'broker'}"
    database_url = database_url or f"sqlite:///{folder / 'db.sqlite3'}"
    figures: dict[str, Any] = {"mails": MAILS, "time_scale": SCALE}
    began = time.monotonic()
    try:
        with MailServer() as server:
            _run(chosen, folder, broker_url, database_url, server=server, figures=figures)
    except (AssertionError, OSError) as failure:
        words = f"{type(failure).__name__}: {failure}"
        figures["first_failure"] = placeless(words)[:1500]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if broker_url.startswith("amqp"):
            _forget_queues(broker_url)
    figures["seconds"] = round(time.monotonic() - began, 1)
    return {
        "row": chosen.row,
        "holds": "first_failure" not in figures,
        "pool": chosen.pool,
        "broker": chosen.broker,
        "database": chosen.database,
        "figures": figures,
    }


def _run(
    chosen: Combination,
    folder: Path,
    broker_url: str,
    database_url: str,
    *,
    server: MailServer,
    figures: dict[str, Any],
) -> None:
    token, port = secrets.token_hex(), free_port()
    env = environment(
        DJANGO_SETTINGS_MODULE="celerytutorial.settings",
        SECRET_KEY=secrets.token_hex(),
        DEBUG="off",
        DATABASE_URL=database_url,
        CELERY_BROKER_URL=broker_url,
        EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
        LAUNCHER_API_TOKEN=token,
        LAUNCHER_MAIL_TIME_SCALE=str(SCALE),
        LAUNCHER_RELAY_SECONDS="1",
        EVENTLET_NO_GREENDNS="yes",
    )
    migrated = run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, timeout=120)
    assert not migrated.returncode, migrated.stderr[-800:]
    celery = [sys.executable, "-m", "celery", "-A", "celerytutorial"]
    node = f"matrix-{os.getpid()}-{chosen.number}@localhost"
    size = ["-c", "20"] if chosen.pool != "solo" else []
    with contextlib.ExitStack() as ending:
        web = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "--threads=4"]
        start = ending.enter_context
        django = start(Program([*web, "celerytutorial.wsgi:application"], env=env))
        worker = start(
            Program(
                [
                    *(*celery, "worker", "-P", chosen.pool, *size, "-l", "info", "-n", node),
                    *("--without-gossip", "--without-mingle"),
                ],
                env=env,
            )
        )
        beat = [*celery, "beat", "--pidfile=", "-s", str(folder / "beat"), "-l", "info"]
        start(Program(beat, env=env))
        django.wait_for("Serving on", 60)
        worker.wait_for(" ready.", 60)
        client = MailClient(lambda: f"http://127.0.0.1:{port}", token)
        try:
            _mails(client, server, env, figures)
        except TooLate as late:
            raise AssertionError(f"{late}\n{worker.told()}") from late
        worker.signal(15)
        figures["worker_ended_s"] = _timed(lambda: worker.wait(30))


def _mails(
    client: MailClient, server: MailServer, env: dict[str, str], figures: dict[str, Any]
) -> None:
    """One is refused for good, one is put off once; each is woken three times in all."""
    mark = f"m{secrets.token_hex(4)}"
    server.script({"RCPT": ["450 busy", ""]}, f"{mark}-0")
    server.script({"RCPT": ["550 5.1.1 nobody"]}, f"{mark}-1")
    for number in range(MAILS):
        draft = Draft((f"{mark}-{number}@example.com",), f"{mark} {number}", "Once, please.")
        client.submit(draft, f"{mark}-{number}")
    rows = client.list(q=mark, limit=100).results
    assert len(rows) == MAILS, f"{len(rows)} rows"
    doubled = run([sys.executable, "-c", _TWICE, *(str(row.id) for row in rows)], env=env)
    assert not doubled.returncode, doubled.stderr[-800:]

    def final() -> tuple[MailRow, ...]:
        found = client.list(q=mark, limit=100).results
        return found if all(row.final for row in found) else ()

    rows = eventually(final, PATIENCE, lambda: str(client.list(q=mark, limit=100).results), 0.2)
    states = {row.subject.rpartition(" ")[2]: (row.state, row.attempts) for row in rows}
    taken = server.taken()
    figures["delivered"] = sum(state == "DELIVERED" for state, _ in states.values())
    figures["failed"] = sum(state == "FAILED" for state, _ in states.values())
    figures["accepted"] = len(taken)
    figures["doubled"] = len(doubles(taken))
    assert states.pop("1") == ("FAILED", 1), "the refused one"
    assert states.pop("0") == ("DELIVERED", 2), "the one that was put off"
    assert set(states.values()) == {("DELIVERED", 1)}, states
    assert len(taken) == MAILS - 1, f"{len(taken)} were taken"
    assert not doubles(taken), doubles(taken)


def _timed(action: Any) -> float:
    began = time.monotonic()
    action()
    return round(time.monotonic() - began, 1)


def _forget_queues(url: str) -> None:
    """The next combination finds the broker as this one did."""
    with Connection(url) as connection:
        channel = connection.channel()
        for name in (queues.MAILS, queues.RELAY, queues.DEAD):
            channel.queue_delete(name)
