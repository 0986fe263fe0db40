"""The worker dies: R2 while it sends a thousand mails, R9 between claim and send, R10 by a mail."""

from __future__ import annotations

import time

import psutil

from tests.faults import mails
from tests.faults.killing import RESTART_LIMIT
from tests.faults.setting import Options
from tests.helpers import processes
from tests.helpers.measuring import Tally
from tests.helpers.smtp.process import MailServer
from tests.helpers.smtp.script import SILENT
from tests.helpers.stack import Stack

THOUSAND = 1000
SMTP_SECONDS = 0.02
IN_HAND = 50
"""The worker's concurrency."""
NEIGHBOURS = 10
QUARANTINE = 3
NEIGHBOURS_LIMIT = 60.0
PATIENCE = 120.0


def r2(options: Options) -> Tally:
    """A thousand mails, the worker killed in their midst."""
    return mails.series("R2", options, MailServer(delay=SMTP_SECONDS), kill_while_sending)


def kill_while_sending(
    stack: Stack, tally: Tally, server: MailServer, count: int = THOUSAND
) -> None:
    """Kill the worker when a quarter has arrived; the rest arrives after its restart."""
    mails.rested(stack, "worker")
    mark = mails.word()
    before = server.counts()["taken"]
    # The wake-ups wait in the queue, so that the worker is in the midst of them when it dies.
    stack.mail().set_paused(paused=True)
    mails.submit(stack, mark, count)
    stack.mail().set_paused(paused=False)
    stack.until(
        lambda: server.counts()["taken"] - before >= count // 4, PATIENCE, "a quarter was sent"
    )
    since, killed = len(stack.changes), time.monotonic()
    _kill_worker(stack)
    at_kill = server.counts()["taken"] - before
    # More than the dead one can have had in hand: a mail server may still take what it had sent.
    more = min(at_kill + IN_HAND + 1, count)
    stack.until(lambda: server.counts()["taken"] - before >= more, PATIENCE, "it sends again")
    tally.sample("sends_again", time.monotonic() - killed)
    back = stack.wait("worker", "ready", since=since, timeout=60)
    tally.sample("restarted", back.at - killed, limit=RESTART_LIMIT)
    tally.sample("sent_before_kill", at_kill, "mails")
    found = mails.all_final(stack, mark, count, PATIENCE)
    tally.sample("all_final", time.monotonic() - killed)
    assert at_kill < count, "the kill came too late: all were sent"
    mails.judge(tally, server, found, count)


def r9(options: Options) -> Tally:
    """Claimed, not sent, and nobody of the worker's name ever comes back: the lease runs out."""
    return mails.series("R9", options, MailServer(), die_between_claim_and_send, mails.QUICK)


def die_between_claim_and_send(stack: Stack, tally: Tally, server: MailServer) -> None:
    """One dies before it gives the message, one while it waits for the receipt."""
    mails.rested(stack, "worker")
    mark = mails.word()
    server.script({"RCPT": [SILENT]}, f"{mark}-0")
    server.script({"DOT": [SILENT]}, f"{mark}-1")
    mails.submit(stack, mark, 2)
    stack.until(lambda: _in_hand(stack, mark) == [(0,), (1,)], 30, "one before the dot, one after")
    # A worker that is not wanted any more stays away, and its claims have another's name: a
    # restart on another machine. Only the lease is left to bring them back.
    pid = stack.service("worker")["pid"]
    stack.ask("stop", service="worker")
    processes.end(pid)
    died = time.monotonic()
    stack.wait_state("worker", "stopped")
    with mails.writing(stack) as database:
        database.execute(
            "UPDATE send_mail_mail SET claimed_by = 'gone@elsewhere' WHERE subject LIKE ?",
            (f"{mark}%",),
        )
    server.forget()
    relay = stack.mail()

    def back() -> bool:
        relay.relay()
        return not mails.states(stack, mark)["SENDING"]

    stack.until(back, PATIENCE, "both were taken back when their leases ran out")
    tally.sample("taken_back", time.monotonic() - died)
    assert mails.states(stack, mark) == {"QUEUED": 1, "UNKNOWN": 1}, mails.rows(stack, mark)
    stack.ask("start", service="worker")
    stack.wait_all_ready()
    found = mails.all_final(stack, mark, 2, PATIENCE)
    assert [row.state for row in found] == ["DELIVERED", "UNKNOWN"], found
    mails.judge(tally, server, found, 2)


def r10(options: Options) -> Tally:
    """A mail that kills its worker, and ten others."""
    return mails.series("R10", options, MailServer(), poison)


def poison(stack: Stack, tally: Tally, server: MailServer) -> None:
    """Whoever takes the first mail in hand is killed; a script keeps it there until then."""
    mails.rested(stack, "worker")
    mark = mails.word()
    server.script({"RCPT": [SILENT]}, f"{mark}-0")
    began = time.monotonic()
    mails.submit(stack, mark, NEIGHBOURS + 1)
    kills = 0
    while not _over_or_in_hand(stack, mark, kills).final:
        kills += 1
        assert kills <= QUARANTINE, f"the mail killed {kills} workers"
        _kill_between_dots(stack, mark)
    tally.sample("quarantined", time.monotonic() - began)
    found = mails.all_final(stack, mark, NEIGHBOURS + 1, PATIENCE)
    tally.sample("neighbours", time.monotonic() - began, limit=NEIGHBOURS_LIMIT)
    poisonous, *others = found
    assert kills == QUARANTINE, f"given up after {kills} deaths: {poisonous}"
    assert poisonous.state == "FAILED", poisonous
    assert "uarantin" in poisonous.words, poisonous.words
    assert {row.state for row in others} == {"DELIVERED"}, found
    mails.judge(tally, server, found, NEIGHBOURS + 1)
    stack.wait_all_ready()


def _over_or_in_hand(stack: Stack, mark: str, kills: int) -> mails.Row:
    """The first mail, once it is final or one worker more has it than were killed.

    Until the next worker takes it back, its row says that it is being sent.
    """

    def look() -> mails.Row | None:
        row = mails.rows(stack, f"{mark} 0")[0]
        return row if row.final or (row.state == "SENDING" and row.attempts > kills) else None

    found = stack.until(look, PATIENCE, f"in hand after {kills} kills, or over")
    assert isinstance(found, mails.Row)
    return found


def _in_hand(stack: Stack, mark: str) -> list[tuple[int]]:
    with mails.reading(stack) as database:
        return database.execute(
            "SELECT data_at IS NOT NULL FROM send_mail_mail"
            " WHERE subject LIKE ? AND state = 'SENDING' ORDER BY subject",
            (f"{mark}%",),
        ).fetchall()


def _kill_worker(stack: Stack) -> None:
    processes.end(_worker(stack))


def _kill_between_dots(stack: Stack, mark: str) -> None:
    """Kill the worker while no mail is at its last byte: what becomes of those is R2's and R8's."""
    worker = psutil.Process(_worker(stack))

    def held() -> bool:
        worker.suspend()
        if (1,) not in _in_hand(stack, mark):
            return True
        worker.resume()
        return False

    stack.until(held, PATIENCE, "a moment between two mails")
    processes.end(worker.pid)


def _worker(stack: Stack) -> int:
    pid = stack.service("worker")["pid"]
    assert pid, "no worker"
    return int(pid)
