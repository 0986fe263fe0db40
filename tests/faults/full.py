"""Something is full: R11 the disk, R12 RabbitMQ beyond its limits."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from launcher.mail import Draft, MailRefused, MailUnavailable
from tests.faults import mails
from tests.faults.broker_killed import node
from tests.faults.setting import Options, repeat_on_one_stack
from tests.helpers import rabbit
from tests.helpers.measuring import NotMeasured, Tally
from tests.helpers.programs import run
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import GOOD, Stack
from tests.helpers.waiting import let_pass

DISK = 256 * 2**20
"""Bytes of the disk: RabbitMQ wants 50 MB of it free, or takes nothing."""
BANNER_LIMIT = 10.0
ROOMY_LIMIT = 60.0
SAVED_FULL = 40
"""Mails that are tried on the full disk."""
FULL_TEXT = 200_000
"""Characters of each: the database takes small ones into the room that its own files have left."""


def r11(options: Options) -> Tally:
    """The home stands on a small disk of its own."""
    tally = Tally("R11", options.repeats)
    tally.facts |= {"time_scale": mails.CALM, "disk_mb": DISK // 2**20}
    with MailServer() as server, small_disk() as disk:
        repeat_on_one_stack(
            tally,
            lambda: mails.sending_stack(options, server, mails.CALM, home=_empty(disk)),
            lambda stack, tally: fill_the_disk(stack, tally, server),
        )
    return tally


def _empty(disk: Path) -> Path:
    """A home that nothing of an earlier stack stands in."""
    for old in disk.iterdir():
        shutil.rmtree(old)
    return disk / "home"


@contextlib.contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of its own, in memory. Raises NotMeasured where we may not mount."""
    folder = Path(tempfile.mkdtemp(prefix="celery-launcher-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "none", str(folder)]
    try:
        done = run(command) if shutil.which("mount") else None
    except (OSError, subprocess.SubprocessError):
        done = None
    if done is None or done.returncode:
        folder.rmdir()
        why = done.stderr.strip() if done else "there is no mount command"
        raise NotMeasured(f"no small disk could be mounted: {why}", "run it as root on Linux")
    try:
        yield folder
    finally:
        # A process that has just ended may hold it for a moment.
        for _ in range(50):
            if not run(["umount", str(folder)]).returncode:
                break
            let_pass(0.1)
        else:
            run(["umount", "--lazy", str(folder)])
        folder.rmdir()


def fill_the_disk(stack: Stack, tally: Tally, server: MailServer) -> None:
    """Not a byte left: it is said, nothing crashes, no half row; with room again all goes on."""
    stack.wait_all_ready()
    mark, client = mails.word(), stack.mail()
    mails.submit(stack, f"{mark}b", 5)
    mails.all_final(stack, f"{mark}b", 5, ROOMY_LIMIT)
    pids = stack.pids()
    with filled(stack.home):
        saved, words = 0, set()
        for number in range(SAVED_FULL):
            draft = Draft((f"{mark}@example.com",), f"{mark} full {number}", "x" * FULL_TEXT)
            try:
                client.submit(draft, f"{mark}-{number}")
                saved += 1  # the database had a page left
            except (MailRefused, MailUnavailable) as refused:
                words.add(str(refused))
        assert words, f"{saved} mails went onto a full disk"
        assert all("disk is full" in each for each in words), f"not said: {words}"
        tally.count("refused", SAVED_FULL - saved)
        with mails.reading(stack) as database:
            _whole(database)
        assert client.list(q=mark).results, "the full disk keeps the rows from being read"
        let_pass(3.0)
        assert stack.status()["services"], "the launcher does not answer"
    room = time.monotonic()
    stack.until(
        lambda: all(service["state"] in GOOD for service in stack.services().values()),
        ROOMY_LIMIT,
        "all green when there was room again",
    )
    tally.sample("green_after", time.monotonic() - room, limit=ROOMY_LIMIT)
    mails.submit(stack, f"{mark}c", 5)
    found = mails.all_final(stack, mark, 10 + saved, ROOMY_LIMIT)
    tally.sample("all_delivered_after", time.monotonic() - room)
    assert {row.state for row in found} == {"DELIVERED"}, mails.states(stack, mark)
    mails.judge(tally, server, found, 10 + saved)
    with mails.reading(stack) as database:
        _whole(database)
    crashed = {name for name, pid in stack.pids().items() if pid != pids[name]}
    tally.facts["restarted"] = sorted({*tally.facts.get("restarted", []), *crashed})
    assert not crashed & {"django", "worker", "catcher"}, f"{crashed} did not live through it"


def r12(options: Options) -> Tally:
    """RabbitMQ stops taking messages: the disk limit is raised beyond what there is."""
    if options.broker == "embedded":
        raise NotMeasured("the embedded broker has no alarms", "use --broker rabbitmq")
    return mails.series("R12", options, MailServer(), alarm)


def alarm(stack: Stack, tally: Tally, server: MailServer) -> None:
    """The alarm is shown, mails are saved at once and sent when it is over."""
    stack.wait_all_ready()
    mark = mails.word()
    _set_disk_limit(stack, 10**15)
    began = time.monotonic()
    try:
        stack.until(lambda: _blocked(stack), 60, "the alarm is shown")
        tally.sample("banner", time.monotonic() - began, limit=BANNER_LIMIT)
        client = stack.mail()
        for number in range(20):
            before = time.monotonic()
            draft = Draft((f"{mark}-{number}@example.com",), f"{mark} {number}", "Saved first.")
            client.submit(draft, f"{mark}-{number}")
            tally.sample("answer", (time.monotonic() - before) * 1000, "ms")
        assert len(mails.rows(stack, mark)) == 20
        pids = stack.pids()
        let_pass(2.0)
        assert stack.pids() == pids, "the alarm made a service restart"
    finally:
        _set_disk_limit(stack, 50_000_000)
    over = time.monotonic()
    found = mails.all_final(stack, mark, 20, 120)
    tally.sample("delivered_after", time.monotonic() - over)
    assert {row.state for row in found} == {"DELIVERED"}, mails.states(stack, mark)
    mails.judge(tally, server, found, 20)
    stack.until(lambda: not _blocked(stack), 60, "the banner is gone")


def _blocked(stack: Stack) -> bool:
    """Whether the launcher says so beside the broker's state."""
    return "takes no messages" in str(stack.service("rabbitmq")["detail"])


def _set_disk_limit(stack: Stack, limit: int) -> None:
    """In bytes, by RabbitMQ's own command, in the environment of the node itself."""
    found = rabbit.installed()
    assert found is not None
    command = [str(Path(found.server).with_name("rabbitmqctl")), "set_disk_free_limit"]
    done = run([*command, str(limit)], env=node(stack).environ(), timeout=60)
    assert not done.returncode, done.stderr or done.stdout


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Take all that is left of its disk, in one file that is removed again."""
    filler = folder / "filler"
    piece = b"\0" * 2**20
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(piece[:size]):
                    pass
        os.fsync(file.fileno())
    try:
        assert psutil.disk_usage(str(folder)).free == 0, "the disk is not full"
        yield
    finally:
        filler.unlink()


def _whole(database: object) -> None:
    """No half row: each mail has its content and its first step; the file itself is sound."""
    ask = database.execute
    without = ask(
        "SELECT COUNT(*) FROM send_mail_mail m WHERE NOT EXISTS"
        " (SELECT 1 FROM send_mail_mailcontent c WHERE c.mail_id = m.id) OR NOT EXISTS"
        " (SELECT 1 FROM send_mail_mailevent e WHERE e.mail_id = m.id)"
    ).fetchone()[0]
    assert without == 0, f"{without} half rows"
    assert ask("PRAGMA quick_check").fetchone()[0] == "ok"
