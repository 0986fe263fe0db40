"""R14: the clock jumps an hour back and a day ahead, and the machine sleeps."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.faults import mails
from tests.faults.setting import Options
from tests.helpers import processes
from tests.helpers.measuring import NotMeasured, Tally
from tests.helpers.programs import environment
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import GOOD, Stack
from tests.helpers.waiting import let_pass

GREEN_LIMIT = 30.0
PATIENCE = 120.0
WAKE_UPS = 8
"""A mail's own at most, all tries and relays together; a storm has hundreds."""
SLEEP, LONG_SLEEP = 20.0, 600.0
HOUR, DAY = 3600, 86400
MAILS = 10


class Clock:
    """What time the stack's processes believe it is: libfaketime reads the offset from a file."""

    def __init__(self) -> None:
        self._file = Path(tempfile.mkstemp(prefix="celery-launcher-clock-")[1])
        self._offset = 0
        self.jump(0)

    def jump(self, seconds: int) -> None:
        """Move it on, or back."""
        self._offset += seconds
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{self._offset:+d}\n", encoding="ascii")
        beside.replace(self._file)

    def environment(self) -> dict[str, str]:
        """For the launcher; its children inherit it. Raises NotMeasured without libfaketime."""
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            raise NotMeasured("libfaketime is not there", "apt-get install -y libfaketime")
        return environment(
            LD_PRELOAD=str(found[0]),
            FAKETIME_TIMESTAMP_FILE=str(self._file),
            FAKETIME_CACHE_DURATION="1",
            # Only the clock on the wall jumps.
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            DONT_FAKE_MONOTONIC="1",
        )

    def remove(self) -> None:
        self._file.unlink(missing_ok=True)


def r14(options: Options) -> Tally:
    """Each repeat jumps back, jumps ahead and sleeps; the first of a series sleeps ten minutes."""
    clock = Clock()

    def trial(stack: Stack, tally: Tally, server: MailServer) -> None:
        jump(stack, tally, server, clock, -HOUR)
        jump(stack, tally, server, clock, DAY)
        long = tally.repeats > 1 and tally.tried == 1
        sleep(stack, tally, server, LONG_SLEEP if long else SLEEP)

    try:
        return mails.series("R14", options, MailServer(), trial, env=clock.environment())
    finally:
        clock.remove()


def jump(stack: Stack, tally: Tally, server: MailServer, clock: Clock, seconds: int) -> None:
    """With a mail that waits to be tried again, and others that come after."""
    mark = mails.word()
    with _storm_watch(stack, tally, mark):
        server.script({"RCPT": ["450 busy", ""]}, f"{mark}-0")
        mails.submit(stack, mark, 1)
        stack.until(
            lambda: mails.states(stack, mark)["RETRYING"], PATIENCE, "a mail waits for its turn"
        )
        clock.jump(seconds)
        jumped = time.monotonic()
        mails.submit(stack, f"{mark}l", MAILS)
        name = "back" if seconds < 0 else "ahead"
        _green(stack, tally, jumped, f"green_after_jump_{name}")
        found = mails.all_final(stack, mark, MAILS + 1, PATIENCE)
        tally.sample(f"delivered_after_jump_{name}", time.monotonic() - jumped)
        mails.judge(tally, server, found, MAILS + 1)


def sleep(stack: Stack, tally: Tally, server: MailServer, seconds: float) -> None:
    """Every process of it stands still, the launcher first, as when the lid is closed."""
    mark = mails.word()
    with _storm_watch(stack, tally, mark):
        server.script({"RCPT": ["450 busy", ""]}, f"{mark}-0")
        mails.submit(stack, mark, MAILS)
        frozen = [psutil.Process(stack.pid), *processes.of_run(stack.run)]
        for process in frozen:
            process.send_signal(signal.SIGSTOP)
        try:
            let_pass(seconds)
        finally:
            for process in frozen:
                process.send_signal(signal.SIGCONT)
        woken = time.monotonic()
        _green(stack, tally, woken, "green_after_sleep")
        found = mails.all_final(stack, mark, MAILS, PATIENCE)
        tally.sample("delivered_after_sleep", time.monotonic() - woken)
        mails.judge(tally, server, found, MAILS)
    tally.facts["slept_s"] = max(seconds, tally.facts.get("slept_s", 0))


def _green(stack: Stack, tally: Tally, since: float, name: str) -> None:
    """Stays green: it is looked at until two seconds passed without anything else."""
    good_since = None
    while good_since is None or time.monotonic() - good_since < 2.0:
        assert time.monotonic() - since < PATIENCE, f"not green: {stack.services()}"
        good = all(service["state"] in GOOD for service in stack.services().values())
        if not good:
            good_since = None
        elif good_since is None:
            good_since = time.monotonic()
        let_pass(0.1)
    tally.sample(name, good_since - since, limit=GREEN_LIMIT)


@contextmanager
def _storm_watch(stack: Stack, tally: Tally, mark: str) -> Iterator[None]:
    """No mail is woken again and again, and no service restarted."""
    pids = stack.pids()
    yield
    most = max(row.publish_count for row in mails.rows(stack, mark))
    tally.facts["most_wake_ups_of_a_mail"] = max(
        most, tally.facts.get("most_wake_ups_of_a_mail", 0)
    )
    assert most <= WAKE_UPS, f"a mail was woken {most} times"
    after = stack.pids()
    assert after == pids, f"restarted: {pids} became {after}"
