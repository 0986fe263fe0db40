"""P7: mails a second through a real RabbitMQ and the eventlet worker, every row durable.

One task a mail at a mail server that answers at once and at one that takes 100 ms, then 10,000
mails by wake-ups for many, against plain smtplib on one connection to the same server. All that is
safe is on: SQLite with synchronous=FULL, late acks, attempts, events. Times are those of the rows:
from the first claim to the last finish, with the wake-ups already in the queue.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import processes
from benchmarks.row import CannotMeasureError, Row
from tests.helpers.ports import free_port
from tests.helpers.programs import environment
from tests.helpers.rabbit import installed, plain_node

GOAL = "one task a mail: >= 800/s at 0 ms, >= 600/s at 100 ms; bulk of 10,000 >= 1.5 x raw smtplib"
AT_ONCE, SLOW, BULK_RATIO = 800.0, 600.0, 1.5
REPEATS = 3
SINGLE, MANY, TUTORIAL = 5000, 10_000, 100
CONCURRENCY = 200
LIMIT = 180.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Rates of one repeat, in mails a second."""

    at_once: float
    slow: float
    bulk: float
    raw: float


def measure(repeats: int | None) -> Row:
    """Measure all of it as often as asked; medians count."""
    if installed() is None:
        raise CannotMeasureError("RabbitMQ is not installed", "apt-get install rabbitmq-server")
    with processes.folder() as place:
        port = free_port()
        with plain_node(place / "node", port):
            broker = f"amqp://guest:guest@127.0.0.1:{port}//"
            busy = processes.until_quiet()
            found = [_once(broker, place / str(n)) for n in range(repeats or REPEATS)]
            with _sink(0) as sink:
                tutorial = _tutorial(broker, sink, place)
    return _row(found, tutorial, busy)


def _row(found: list[Measured], tutorial: float, busy: float) -> Row:
    at_once = median(each.at_once for each in found)
    slow = median(each.slow for each in found)
    ratio = median(each.bulk / each.raw for each in found)
    return Row(
        row="P7",
        holds=at_once >= AT_ONCE and slow >= SLOW and ratio >= BULK_RATIO,
        goal=GOAL,
        figures={
            "mails_a_second_at_0_ms": at_once,
            "mails_a_second_at_100_ms": slow,
            "bulk_mails_a_second": median(each.bulk for each in found),
            "bulk_to_raw_smtplib": ratio,
            "repeats": len(found),
            "load_average": os.getloadavg()[0],
        },
        peer={
            "raw_smtplib_mails_a_second": median(each.raw for each in found),
            "tutorial_mails_a_second": tutorial,
        },
        note=f"{CONCURRENCY} greenlets; before the first run {busy:.0f} % of all cores were busy. "
        "The mail server offers PIPELINING, as the usual ones do; smtplib makes no use of it.",
    )


def _once(broker: str, place: Path) -> Measured:
    place.mkdir()
    with _sink(0) as quick, _sink(100) as slow:
        return Measured(
            at_once=_worker_rate("fill", SINGLE, broker, quick, place / "at-once"),
            slow=_worker_rate("fill", SINGLE, broker, slow, place / "slow"),
            bulk=_worker_rate("bulk", MANY, broker, quick, place / "bulk"),
            raw=MANY / float(_verb(_project(broker, quick, place), "raw", quick, MANY)),
        )


def _worker_rate(verb: str, count: int, broker: str, sink: int, place: Path) -> float:
    """Fill an outbox, start a worker on it, and read from the rows how fast it was emptied."""
    place.mkdir()
    project = _project(broker, sink, place)
    _run(project, "-m", "django", "prepare_database")
    _verb(project, verb, count)
    log = place / "worker.log"
    command = [
        *(sys.executable, "-m", "celery", "-A", "celerytutorial", "worker", "-l", "INFO"),
        *("-P", "eventlet", "-c", str(CONCURRENCY), "-E", "-n", "benchmark@localhost"),
        *("--without-gossip", "--without-mingle"),
    ]
    with log.open("wb") as output:
        worker = processes.begin(command, environment=project, output=output)
        try:
            # A line a mail or, in a bulk, a line a wake-up: asking the rows would slow it down.
            done = count if verb == "fill" else -(-count // 250)
            _until_logged(log, b"succeeded in", done)
        finally:
            processes.end(worker)
    rate = json.loads(_verb(project, "rate"))
    if rate["states"] != {"DELIVERED": count}:
        raise RuntimeError(f"not all were delivered: {rate['states']}")
    return count / float(rate["seconds"])


def _tutorial(broker: str, sink: int, place: Path) -> float:
    """The rate of the tutorial's own task and settings, over the time it takes for a few mails."""
    variables = environment(CELERY_BROKER_URL=broker, SINK_PORT=str(sink))
    publish = (
        "from benchmarks.tutorial_peer import send_email_task as task\n"
        f"for number in range({TUTORIAL}): task.delay(number)"
    )
    _run(variables, "-c", publish)
    log = place / "tutorial.log"
    command = [
        *(sys.executable, "-m", "celery", "-A", "benchmarks.tutorial_peer", "worker"),
        *("-l", "INFO", "-P", "eventlet"),
    ]
    with log.open("wb") as output:
        worker = processes.begin(command, environment=variables, output=output)
        try:
            _until_logged(log, b"succeeded in", 1)
            began, first = time.monotonic(), log.read_bytes().count(b"succeeded in")
            _until_logged(log, b"succeeded in", TUTORIAL)
            return (TUTORIAL - first) / (time.monotonic() - began)
        finally:
            processes.end(worker)


def _until_logged(log: Path, words: bytes, count: int) -> None:
    """Wait until *words* were logged so often; reads only what is new."""
    seen, read, kept = 0, 0, b""

    def enough() -> bool:
        nonlocal seen, read, kept
        with log.open("rb") as lines:
            lines.seek(read)
            new = lines.read()
        read += len(new)
        whole, _, kept = (kept + new).rpartition(b"\n")
        seen += whole.count(words)
        return seen >= count

    if not processes.wait_for(enough, LIMIT, every=0.1):
        raise RuntimeError(f"{seen} of {count} in {LIMIT:.0f} s: {processes.said(kept)}")


def _project(broker: str, sink: int, place: Path) -> dict[str, str]:
    return environment(
        DJANGO_SETTINGS_MODULE="celerytutorial.settings",
        SECRET_KEY="benchmark" * 6,
        DATABASE_URL=f"sqlite:///{(place / 'db.sqlite3').as_posix()}",
        CELERY_BROKER_URL=broker,
        EMAIL_URL=f"smtp://127.0.0.1:{sink}",
        EVENTLET_NO_GREENDNS="yes",
    )


def _verb(project: Mapping[str, str], verb: str, *numbers: int) -> str:
    return _run(project, "-m", "benchmarks.outbox", verb, *map(str, numbers))


def _run(variables: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], env=dict(variables), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:3])} failed: {processes.said(done.stderr)}")
    return done.stdout


@contextlib.contextmanager
def _sink(delay_ms: int) -> Iterator[int]:
    """A mail server of our own; gives its port."""
    command = [sys.executable, "-m", "benchmarks.sink", str(delay_ms)]
    server: Any = processes.begin(
        command, environment=environment(), output=subprocess.PIPE, errors=subprocess.DEVNULL
    )
    try:
        yield int(server.stdout.readline())
    finally:
        processes.end(server)
        server.stdout.close()
