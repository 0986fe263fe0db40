"""P8, its API part: the same requests to an outbox of a thousand mails and to one of a million.

Two Djangos under waitress, each with a database of its own, asked in turns, so that whatever else
the machine does hits both. The log's part of P8 is measured elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks import processes
from benchmarks.row import CannotMeasureError, Row
from launcher.core.facts import Endpoint
from launcher.runtime import port_choice

GOAL = "a million mails in the outbox: pages and API stay <= 1.5 x their time at a thousand"
LIMIT = 1.5
SMALL, LARGE = 1_000, 1_000_000
REPEATS = 40
_READY_LIMIT = 60.0
_TOKEN = secrets.token_urlsafe(24)
_MIDDLE = "{middle}"

REQUESTS = {
    "mails": "/api/mails?limit=40",
    "mails_deep": f"/api/mails?limit=40&after={_MIDDLE}",
    "failed": "/api/mails?limit=40&state=FAILED",
    "queued": "/api/mails?limit=40&state=QUEUED",
    "scheduled": "/api/mails?limit=40&state=SCHEDULED",
    "word_in_all": "/api/mails?limit=40&q=report",
    "beginning_of_all": "/api/mails?limit=40&q=u",
    "word_in_some": "/api/mails?limit=40&q=kilo7",
    "word_and_state": "/api/mails?limit=40&q=report&state=FAILED",
    "one_address": f"/api/mails?q=user{_MIDDLE}@localhost",
    "no_match": "/api/mails?q=nowhere",
    "one_mail": f"/api/mails/{_MIDDLE}",
    "queue": "/api/queue",
    "page_outbox": "/outbox/",
    "page_outbox_failed": "/outbox/?state=FAILED",
    "page_outbox_word": "/outbox/?q=kilo7",
    "page_mail": f"/sent/{_MIDDLE}/",
    "page_write": "/",
}

# Eighty of a hundred delivered, five each failed, waiting, for later, cancelled.
_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO send_mail_mail(
  id, state, sender, "to", cc, bcc, recipients, subject, message_id, fingerprint, route, created_at,
  due_at, queued_at, publish_count, unanswered_wakeups, attempts, worker_deaths, claim, claimed_by,
  last_reply, words, finished_at)
SELECT i, CASE (i % 20) WHEN 0 THEN 'FAILED' WHEN 1 THEN 'QUEUED' WHEN 2 THEN 'QUEUED'
    WHEN 3 THEN 'CANCELLED' ELSE 'DELIVERED' END,
  'me@localhost', '["user' || i || '@localhost"]', '[]', '[]',
  '[{"address": "user' || i || '@localhost", "state": "delivered", "reply": "250 ok"}]',
  'Report kilo' || (i % 17) || ' number ' || i, '<' || i || '@benchmark>', '', 'project',
  :past, CASE WHEN i % 20 = 2 THEN :future ELSE :past END, :past, 1, 0, 1, 0, '', '', '250 ok', '',
  CASE WHEN i % 20 IN (1, 2) THEN NULL ELSE :past END
FROM n
"""
_FILL_CONTENT = """
INSERT INTO send_mail_mailcontent(mail_id, text, html, attachments, source)
SELECT id, 'Dear all', '', '[]',
  CAST('Subject: Report' || char(13, 10, 13, 10) || 'Dear all' AS BLOB)
FROM send_mail_mail
"""
_FILL_EVENTS = """
INSERT INTO send_mail_mailevent(mail_id, event, at, detail)
SELECT id, event, :past, '' FROM send_mail_mail,
  (SELECT 'saved' AS event UNION ALL SELECT 'published' UNION ALL SELECT 'delivered')
"""


@dataclass(frozen=True, slots=True)
class Site:
    """One Django and the mails in its database."""

    port: int
    mails: int
    cookie: str

    def ask(self, path: str) -> float:
        """How long the answer takes, in milliseconds; raises RuntimeError when it is no 200."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        own = {"Authorization": f"Token {_TOKEN}"} if path.startswith("/api/") else {}
        headers = own or {"Cookie": self.cookie}
        began = time.perf_counter()
        connection.request("GET", path.replace(_MIDDLE, str(self.mails // 2)), headers=headers)
        answer = connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1000
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered by {answer.status}")
        return took


def measure(repeats: int | None) -> Row:
    """Fill, serve, ask in turns, compare medians."""
    with processes.folder() as root:
        filled: dict[int, float] = {}
        for mails in (SMALL, LARGE):
            filled[mails] = _fill(root / f"{mails}.sqlite3", mails)
        with _site(root, SMALL) as small, _site(root, LARGE) as large:
            busy = processes.until_quiet()
            took = {name: _compare(path, small, large, repeats) for name, path in REQUESTS.items()}
        size_mb = (root / f"{LARGE}.sqlite3").stat().st_size / 1e6
    ratios = {name: high / low for name, (low, high) in took.items()}
    worst = max(ratios, key=ratios.__getitem__)
    return Row(
        row="P8",
        holds=ratios[worst] <= LIMIT,
        goal=GOAL,
        figures={
            "worst_ratio": round(ratios[worst], 2),
            "worst_request": worst,
            **{f"{name}_ratio": round(ratio, 2) for name, ratio in ratios.items()},
            **{f"{name}_ms": round(high, 2) for name, (_, high) in took.items()},
            "mails": LARGE,
            "database_mb": round(size_mb),
            "fill_s": round(filled[LARGE], 1),
            "busy_percent": round(busy),
            "repeats": repeats or REPEATS,
        },
        peer={f"{name}_at_a_thousand_ms": round(low, 2) for name, (low, _) in took.items()},
        note="pages and API over HTTP, medians, SQLite; the million log lines are not part of it",
    )


def _compare(path: str, small: Site, large: Site, repeats: int | None) -> tuple[float, float]:
    for site in (small, large):
        site.ask(path)
    pairs = [(small.ask(path), large.ask(path)) for _ in range(repeats or REPEATS)]
    return median(low for low, _ in pairs), median(high for _, high in pairs)


def _fill(file: Path, mails: int) -> float:
    """Make the database and its mails; the last migration counts and indexes what is there."""
    began = time.monotonic()
    _django(file, "migrate", "send_mail", "0003", "--verbosity=0")
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        times = {"past": "2026-01-01 00:00:00", "future": "2126-01-01 00:00:00"}
        for statement in (_FILL, _FILL_CONTENT, _FILL_EVENTS):
            connection.execute(statement, {**times, "count": mails})
        connection.commit()
    _django(file, "prepare_database")
    return time.monotonic() - began


@contextlib.contextmanager
def _site(root: Path, mails: int) -> Iterator[Site]:
    where = port_choice.resolve({"site": Endpoint("127.0.0.1", 0)})["site"]
    process = processes.begin(
        [
            *(sys.executable, "-m", "waitress", f"--listen={where.text}"),
            "celerytutorial.wsgi:application",
        ],
        environment=_environment(root / f"{mails}.sqlite3"),
        output=subprocess.DEVNULL,
    )
    try:
        if not processes.wait_for(lambda: not port_choice.is_free(where), _READY_LIMIT):
            raise CannotMeasureError("Django did not come up", "see `python -m waitress` by hand")
        yield Site(where.port, mails, _logged_in(where.port))
    finally:
        processes.end(process)


def _logged_in(port: int) -> str:
    """The session cookie of the admin, by a one-time link."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Token {_TOKEN}", "Content-Type": "application/json"}
    connection.request("POST", "/api/login-links", b"{}", headers)
    link = json.load(connection.getresponse())["url"]
    connection.request("GET", link)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    cookies = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.partition(";")[0] for cookie in cookies)


def _django(file: Path, *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", *command],
        check=True,
        stdout=subprocess.DEVNULL,
        env=_environment(file),
    )


def _environment(file: Path) -> dict[str, str]:
    return processes.plain_environment(
        DJANGO_SETTINGS_MODULE="celerytutorial.settings",
        SECRET_KEY=_TOKEN,
        DATABASE_URL=f"sqlite:///{file.as_posix()}",
        CELERY_BROKER_URL="memory://",
        LAUNCHER_API_TOKEN=_TOKEN,
        LAUNCHER_ADMIN_PASSWORD=_TOKEN,
    )
