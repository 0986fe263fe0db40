"""R14: the clock jumps an hour back and a day ahead, and the machine sleeps."""

from __future__ import annotations

import shutil
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.faults import mails
from tests.faults.setting import Options
from tests.helpers import processes
from tests.helpers.measuring import NotInstalled, NotMeasured, Tally
from tests.helpers.programs import environment, run
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import GOOD, Stack
from tests.helpers.waiting import let_pass

GREEN_LIMIT = 30.0
PATIENCE = 120.0
WAKE_UPS = 8
"""A mail's own at most, all tries and relays together; a storm has hundreds."""
SLEEP, LONG_SLEEP = 20.0, 600.0
_SOURCE = Path(__file__).parents[1] / "helpers" / "wall_clock.c"
HOUR, DAY = 3600, 86400
MAILS = 10


class Clock:
    """What time the stack's processes believe it is: a few lines of C that are preloaded."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="celery-launcher-clock-"))
        self._library = self._folder / "wall_clock.so"
        self._moved = self._folder / "moved"
        self._moved.write_bytes(struct.pack("q", 0))
        self._offset = 0

    def jump(self, seconds: int) -> None:
        """Move it on, or back, for all who run."""
        self._offset += seconds
        with self._moved.open("r+b", buffering=0) as file:
            file.write(struct.pack("q", self._offset))

    def environment(self) -> dict[str, str]:
        """For the launcher; its children inherit it. Raises NotMeasured where C has no compiler."""
        compiler = shutil.which("cc")
        if compiler is None or sys.platform != "linux":
            raise NotInstalled("a C compiler", "apt-get install -y gcc libc6-dev")
        words = ["-shared", "-fPIC", "-O2", "-o", str(self._library), str(_SOURCE), "-ldl"]
        made = run([compiler, *words])
        if made.returncode:
            raise NotMeasured(made.stderr.strip()[-300:], "apt-get install -y gcc libc6-dev")
        return environment(LD_PRELOAD=str(self._library), WALL_CLOCK=str(self._moved))

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


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
