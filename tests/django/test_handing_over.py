"""What a process that was killed tells of the mails it had claimed in a group."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import OperationalError
from django.utils import timezone

from send_mail.models import Event, Mail
from send_mail.services import bulk, claims, handed_over, handing_over, journal_file, reaper
from send_mail.services.handing_over import Journal
from send_mail.states import State
from tests.helpers.smtp.server import ScriptedServer

Saved = Callable[..., Mail]


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """A process' journal, told apart from the one of the tests' own process."""
    own = Journal()
    monkeypatch.setattr(bulk, "journal", own)
    yield own
    for path in files():
        path.unlink()


def files() -> list[Path]:
    return sorted(journal_file.folder().glob("*.log"))


def die(journal: Journal) -> None:
    """Let go of the files as the system does for a process that is killed."""
    for file in journal._files.values():
        os.close(file.number)


class KilledError(BaseException):
    """Stands for SIGKILL: nothing of the group is written any more."""


def killed_with_three_in_hand(saved: Saved, journal: Journal) -> list[Mail]:
    """One was received by the server, one handed over, one not begun."""
    mails = [saved() for _ in range(3)]
    with suppress(KilledError), journal.group() as token:
        received, given, _ = bulk.claim_group(3, "w1", token)
        for claim in (received, given):
            assert claim.before_dot(0.1)
        words = "250 taken"
        received.finish(
            *(State.DELIVERED, Event.DELIVERED, words),
            recipients=[{"address": "ada@localhost", "state": "delivered", "reply": words}],
            last_reply=words,
            finished_at=timezone.now(),
        )
        journal.keep(token, in_use=True)
        raise KilledError
    return mails


def states(mails: Sequence[Mail]) -> list[str]:
    for mail in mails:
        mail.refresh_from_db()
    return [mail.state for mail in mails]


def test_only_those_are_in_doubt_whose_receipt_never_came(saved: Saved, journal: Journal) -> None:
    mails = killed_with_three_in_hand(saved, journal)
    die(journal)
    assert reaper.reap_worker("w1") == 3
    assert states(mails) == [State.DELIVERED, State.UNKNOWN, State.QUEUED]
    assert [mail.worker_deaths for mail in mails] == [0, 0, 1]
    steps = [step.event for step in mails[0].events.all()]
    assert steps[-2:] == ["sending", "delivered"]
    assert mails[0].last_reply == "250 taken"
    assert mails[0].recipients[0]["state"] == "delivered"
    assert mails[0].finished_at is not None


def test_the_file_of_a_dead_process_goes_when_its_mails_were_taken_back(
    saved: Saved, journal: Journal
) -> None:
    killed_with_three_in_hand(saved, journal)
    die(journal)
    reaper.reap_worker("another")
    assert len(files()) == 1
    reaper.reap_worker("w1")
    assert files() == []


def test_while_its_process_lives_nobody_believes_it(saved: Saved, journal: Journal) -> None:
    mails = killed_with_three_in_hand(saved, journal)
    with journal.group():
        pass  # nor is it emptied or let go of with a later group
    assert reaper.reap_run_out(timezone.now() + timedelta(hours=1)) == 3
    assert states(mails) == [State.UNKNOWN] * 3
    die(journal)


def test_after_another_boot_nobody_believes_it(
    saved: Saved, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = killed_with_three_in_hand(saved, journal)
    die(journal)
    later = psutil.boot_time() + 3600
    monkeypatch.setattr(psutil, "boot_time", lambda: later)
    reaper.reap_worker("w1")
    assert states(mails) == [State.UNKNOWN] * 3


def test_a_boot_is_told_from_one_at_the_same_time(
    saved: Saved, journal: Journal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As on a machine without a clock of its own."""
    boot_id = tmp_path / "boot_id"
    monkeypatch.setattr(journal_file, "_BOOT_ID", boot_id)
    boot_id.write_text("one\n")
    monkeypatch.setattr(journal_file, "_boot_id", journal_file._boot_id.__wrapped__)
    mails = killed_with_three_in_hand(saved, journal)
    die(journal)
    boot_id.write_text("two\n")
    reaper.reap_worker("w1")
    assert states(mails) == [State.UNKNOWN] * 3


def test_without_the_file_all_are_in_doubt(saved: Saved, journal: Journal) -> None:
    mails = killed_with_three_in_hand(saved, journal)
    die(journal)
    files()[0].unlink()
    reaper.reap_worker("w1")
    assert states(mails) == [State.UNKNOWN] * 3


def test_a_line_that_was_cut_off_is_passed_over(saved: Saved, journal: Journal) -> None:
    mails = killed_with_three_in_hand(saved, journal)
    (file,) = journal._files.values()
    os.write(file.number, b'\n["cut')
    journal.handing_over(f"g{file.path.stem}-other", 7)
    os.write(file.number, b'\n["cut off at the end')
    die(journal)
    reaper.reap_worker("w1")
    assert states(mails) == [State.DELIVERED, State.UNKNOWN, State.QUEUED]


def test_what_is_written_down_leaves_the_file(
    saved: Saved, journal: Journal, smtp: ScriptedServer
) -> None:
    for _ in range(3):
        saved()
    assert bulk.send_due(10, "w1", lambda: False) == 3
    assert {mail.state for mail in Mail.objects.all()} == {State.DELIVERED}
    assert [len(path.read_bytes()) for path in files()] == [len(journal_file.header())]
    journal.close()
    assert files() == []


def test_a_full_disk_sends_nothing(
    saved: Saved, journal: Journal, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = saved()

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "_append", refuse)
    bulk.send_due(10, "w1", lambda: False)
    assert states([mail]) == [State.RETRYING]
    assert smtp.messages == []


def test_two_who_read_at_once_both_believe_a_dead_one(saved: Saved, journal: Journal) -> None:
    mails = killed_with_three_in_hand(saved, journal)
    die(journal)
    another = journal_file.of_a_dead_one(files()[0])
    assert another.__enter__() is not None
    leaves = threading.Timer(0.2, another.__exit__, (None, None, None))
    leaves.start()
    reaper.reap_worker("w1")
    leaves.join()
    assert states(mails) == [State.DELIVERED, State.UNKNOWN, State.QUEUED]


def test_a_file_that_is_swept_before_it_is_locked_is_not_used(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    lock = journal_file._lock

    def swept(file: int) -> None:
        monkeypatch.setattr(journal_file, "_lock", lock)
        handed_over.sweep(lambda _: False)
        lock(file)

    monkeypatch.setattr(journal_file, "_lock", swept)
    with journal.group():
        assert files() == [file.path for file in journal._files.values()]


def test_a_file_that_a_sweep_reads_before_it_is_locked_is_not_used(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    lock = journal_file._lock

    def read_by_another(file: int) -> None:
        monkeypatch.setattr(journal_file, "_lock", lock)
        with journal_file.of_a_dead_one(files()[0]):
            lock(file)

    monkeypatch.setattr(journal_file, "_lock", read_by_another)
    with journal.group():
        assert files() == [file.path for file in journal._files.values()]


@pytest.mark.parametrize("written", [OSError(28, "No space left on device"), 3])
def test_a_file_that_cannot_be_begun_leaves_nothing_behind(
    written: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    tried: list[int] = []

    def write(file: int, _: bytes) -> int:
        tried.append(file)
        if isinstance(written, OSError):
            raise written
        return int(written)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        with pytest.raises(OSError, match=r"disk|device"), journal.group():
            pass
    assert files() == []
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(tried[0])


def test_a_header_that_was_cut_off_tells_nothing(saved: Saved, journal: Journal) -> None:
    mails = killed_with_three_in_hand(saved, journal)
    die(journal)
    told = files()[0].read_bytes()
    files()[0].write_bytes(told[1:])
    reaper.reap_worker("w1")
    assert states(mails) == [State.UNKNOWN] * 3


def test_a_locked_database_does_not_make_the_file_grow(
    saved: Saved, journal: Journal, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "claim_group", refuse)
        with pytest.raises(OperationalError):
            bulk.send_due(10, "w1", lambda: False)
    saved()
    assert bulk.send_due(10, "w1", lambda: False) == 1
    assert [len(path.read_bytes()) for path in files()] == [len(journal_file.header())]


def test_the_file_keeps_what_could_not_be_written_down(
    saved: Saved, journal: Journal, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError("database or disk is full")

    mails = [saved() for _ in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr(claims, "finish_all", refuse)
        with pytest.raises(OperationalError):
            bulk.send_due(10, "w1", lambda: False)
    reaper.reap_run_out(timezone.now() + timedelta(hours=1))
    assert states(mails) == [State.DELIVERED] * 3, "believed, though the process lives"
    assert files() == []
    saved()
    assert bulk.send_due(10, "w1", lambda: False) == 1
    assert [len(path.read_bytes()) for path in files()] == [len(journal_file.header())]


def test_a_file_that_has_grown_gives_way_to_another_and_goes_with_its_last_group(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(handing_over, "LARGEST", 100)
    with journal.group() as early:
        for mail_id in range(5):
            journal.handing_over(early, mail_id)
        with journal.group() as late:
            assert [path.stem in late for path in files()].count(True) == 1
            assert len(files()) == 2
            journal.handing_over(late, 7)
            journal.handing_over(early, 8)
            texts = {path.stem: path.read_text() for path in files()}
            assert '", 8]' in texts[early[1:13]]
            assert '", 7]' in texts[late[1:13]]
    assert [path.stem for path in files()] == [late[1:13]]
    assert files()[0].stat().st_size == len(journal_file.header())
