"""Many mails in a fault: submitted as the user does, read where the truth is, counted at the end.

The rows are read from the database file, so that reading works while Django is down, costs nobody
anything, and says what is there instead of what is told.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from launcher.mail import Draft
from launcher.paths import Home
from tests.faults.killing import STABLE
from tests.faults.setting import Options, repeat_on_one_stack
from tests.helpers.measuring import Tally
from tests.helpers.smtp.process import MailServer, doubles
from tests.helpers.stack import Stack

FINAL = frozenset({"DELIVERED", "FAILED", "UNKNOWN", "CANCELLED"})
QUICK, CALM = 0.02, 0.2
"""How leases, backoffs and limits are scaled: a minute takes 1.2 s where each of them is waited for
and few mails are under way, 12 s where a thousand are and none of them should matter."""

_CLIENTS = 4


@dataclass(frozen=True)
class Row:
    """One mail as it stands in the database."""

    id: int
    state: str
    subject: str
    message_id: str
    attempts: int
    words: str
    last_reply: str
    publish_count: int
    recipients: tuple[tuple[str, str], ...]

    @property
    def final(self) -> bool:
        return self.state in FINAL


def word() -> str:
    """What the subjects of one repeat begin with."""
    return f"w{secrets.token_hex(4)}"


def sending_stack(options: Options, server: MailServer, scale: float, **more: Any) -> Stack:
    """A stack whose worker sends to the scripted server."""
    settings = f"{options.settings() or ''}mail_time_scale = {scale}\n{server.settings}"
    return Stack(broker=options.broker_or("rabbitmq"), settings=settings, **more)


def series(
    row: str,
    options: Options,
    server: MailServer,
    trial: Callable[[Stack, Tally, MailServer], None],
    scale: float = CALM,
    **more: Any,
) -> Tally:
    """The fault again and again on one stack that sends to `server`; the scale is in the row."""
    tally = Tally(row, options.repeats)
    tally.facts["time_scale"] = scale
    tally.facts["pool"] = options.pool or "eventlet"
    with server:
        repeat_on_one_stack(
            tally,
            lambda: sending_stack(options, server, scale, **more),
            lambda stack, tally: trial(stack, tally, server),
        )
    return tally


def rested(stack: Stack, service: str) -> None:
    """Earlier failures are forgotten after a stable time; before it a kill is part of a loop."""
    stack.until(
        lambda: stack.service(service)["since_s"] > STABLE, STABLE + 60, f"{service} stable"
    )


def submit(stack: Stack, mark: str, count: int) -> None:
    """Save so many mails through the API, each with a key of its own, a recipient of its own."""

    def one(number: int) -> None:
        draft = Draft((f"{mark}-{number}@example.com",), f"{mark} {number}", "Once, please.")
        row = stack_mail.submit(draft, f"{mark}-{number}")
        assert row.state in ("QUEUED", "SENDING", "DELIVERED"), f"mail {row.id} is {row.state}"

    stack_mail = stack.mail()
    with ThreadPoolExecutor(_CLIENTS) as clients:
        list(clients.map(one, range(count)))


def rows(stack: Stack, mark: str = "") -> list[Row]:
    """The mails whose subject begins with `mark`, in the order of their subjects."""
    columns = (
        "id, state, subject, message_id, attempts, words, last_reply, publish_count, recipients"
    )
    with reading(stack) as database:
        found = database.execute(
            f"SELECT {columns} FROM send_mail_mail WHERE subject LIKE ? ORDER BY subject",
            (f"{mark}%",),
        ).fetchall()
    return [
        Row(*each[:-1], tuple((r["address"], r["state"]) for r in json.loads(each[-1])))
        for each in found
    ]


def states(stack: Stack, mark: str) -> Counter[str]:
    """How many mails stand where."""
    return Counter(row.state for row in rows(stack, mark))


@contextlib.contextmanager
def reading(stack: Stack) -> Iterator[sqlite3.Connection]:
    """The stack's database, to look at."""
    path = Home(stack.home).data / "launcher.sqlite3"
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
    try:
        yield database
    finally:
        database.close()


@contextlib.contextmanager
def writing(stack: Stack) -> Iterator[sqlite3.Connection]:
    """The stack's database, to change what nothing else can: rows of a machine that is gone."""
    database = sqlite3.connect(Home(stack.home).data / "launcher.sqlite3", timeout=20)
    try:
        with database:
            yield database
    finally:
        database.close()


def all_final(stack: Stack, mark: str, count: int, timeout: float) -> list[Row]:
    """Wait until `count` mails have a final state; returns them."""

    def look() -> list[Row]:
        found = rows(stack, mark)
        return found if len(found) == count and all(row.final for row in found) else []

    return stack.until(look, timeout, f"{count} final; now {dict(states(stack, mark))}")


def judge(tally: Tally, server: MailServer, found: list[Row], count: int) -> None:
    """Count losses and doubles: a lost row, a delivered one that never arrived, two acceptances.

    Of one that is UNKNOWN the user is told that it may have arrived; it counts as neither.
    """
    unknown = {row.message_id for row in found if row.state == "UNKNOWN"}
    mine = {row.message_id: row for row in found}
    taken = [mail for mail in server.taken() if mail.message_id in mine]
    arrived = {(mail.message_id, who) for mail in taken for who in mail.recipients}
    promised = {
        (row.message_id, address)
        for row in found
        for address, state in row.recipients
        if state == "delivered"
    }
    lost = count - len(found) + sum(not row.final for row in found) + len(promised - arrived)
    twice = doubles(taken, unknown)
    tally.loss += lost
    tally.double += len(twice)
    tally.count("mails", count)
    tally.count("unknown", len(unknown))
    assert not lost, f"{lost} lost: {[row for row in found if not row.final][:3]}"
    assert not twice, f"{len(twice)} doubled, {twice[0]}"
