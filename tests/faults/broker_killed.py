"""The broker goes: R3 killed, R6 hanging. The mails are saved, and go out when it is back."""

from __future__ import annotations

import signal
import time

import psutil

from tests.faults import mails
from tests.faults.setting import Options
from tests.helpers import processes
from tests.helpers.measuring import NotMeasured, Tally
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import GOOD, Stack
from tests.helpers.waiting import let_pass

MAILS = 200
SMTP_SECONDS = 0.3
READY_LIMIT = 15.0
BACKLOG_LIMIT = 60.0
SHOWN_LIMIT = 30.0
HANG, LONG_HANG = 20.0, 120.0


def r3(options: Options) -> Tally:
    """Each repeat kills it idle, and again with mails in flight."""

    def trial(stack: Stack, tally: Tally, server: MailServer) -> None:
        kill_idle(stack, tally)
        kill_in_flight(stack, tally, server)

    return mails.series("R3", _with_a_node(options), MailServer(delay=SMTP_SECONDS), trial)


def kill_idle(stack: Stack, tally: Tally) -> None:
    """Nothing is under way; all is green again by itself."""
    mails.rested(stack, "rabbitmq")
    since, killed = len(stack.changes), time.monotonic()
    processes.end(node(stack).pid)
    back = stack.wait("rabbitmq", "ready", since=since, timeout=60)
    tally.sample("ready_after_idle", back.at - killed, limit=READY_LIMIT)
    stack.wait_all_ready(60)
    tally.sample("all_green_after_idle", time.monotonic() - killed)


def kill_in_flight(stack: Stack, tally: Tally, server: MailServer, count: int = MAILS) -> None:
    """Some are sent, some in hand, some queued; others are submitted while it is down."""
    mails.rested(stack, "rabbitmq")
    mark = mails.word()
    before = server.counts()["taken"]
    mails.submit(stack, mark, count)
    stack.until(lambda: server.counts()["taken"] - before >= count // 8, 60, "some were sent")
    since, killed = len(stack.changes), time.monotonic()
    processes.end(node(stack).pid)
    mails.submit(stack, f"{mark}d", 10)
    back = stack.wait("rabbitmq", "ready", since=since, timeout=60)
    tally.sample("ready_in_flight", back.at - killed, limit=READY_LIMIT)
    found = mails.all_final(stack, mark, count + 10, 2 * BACKLOG_LIMIT)
    tally.sample("backlog", time.monotonic() - back.at, limit=BACKLOG_LIMIT)
    assert {row.state for row in found} == {"DELIVERED"}, mails.states(stack, mark)
    mails.judge(tally, server, found, count + 10)
    stack.wait_all_ready(60)


def r6(options: Options) -> Tally:
    """Hangs for 20 s; once, in the first repeat of a series, for two minutes."""

    def trial(stack: Stack, tally: Tally, server: MailServer) -> None:
        long = tally.repeats > 1 and tally.tried == 1
        hang(stack, tally, server, LONG_HANG if long else HANG)

    return mails.series("R6", _with_a_node(options), MailServer(), trial)


def hang(stack: Stack, tally: Tally, server: MailServer, seconds: float) -> None:
    """SIGSTOP: it neither answers nor hangs up. Submitting is as quick as ever."""
    mails.rested(stack, "rabbitmq")
    mark, beam = mails.word(), node(stack)
    since, began = len(stack.changes), time.monotonic()
    beam.send_signal(signal.SIGSTOP)
    try:
        mails.submit(stack, mark, 20)
        tally.sample("submitted", time.monotonic() - began)
        if seconds > SHOWN_LIMIT:
            shown = stack.wait("rabbitmq", "unhealthy", since=since, timeout=seconds)
            tally.sample("shown", shown.at - began, limit=SHOWN_LIMIT)
        let_pass(max(0.0, began + seconds - time.monotonic()))
    finally:
        beam.send_signal(signal.SIGCONT)
    over = time.monotonic()
    found = mails.all_final(stack, mark, 20, 120)
    tally.sample("delivered_after", time.monotonic() - over)
    assert {row.state for row in found} == {"DELIVERED"}, found
    mails.judge(tally, server, found, 20)
    stack.until(
        lambda: all(service["state"] in GOOD for service in stack.services().values()),
        60,
        "all green",
    )
    tally.sample("green_after", time.monotonic() - over)


def node(stack: Stack) -> psutil.Process:
    """RabbitMQ's Erlang, whatever started it; a child of it has its name until it is a program."""
    found = [p for p in processes.of_run(stack.run, "rabbitmq") if p.name() == "beam.smp"]
    assert found, "no node"
    return min(found, key=psutil.Process.create_time)


def _with_a_node(options: Options) -> Options:
    if options.broker == "embedded":
        raise NotMeasured(
            "the embedded broker is a folder: there is nothing to kill", "use --broker rabbitmq"
        )
    return options
