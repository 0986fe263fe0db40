"""What this process has handed over of the mails that it claimed in groups: a file it appends to.

The row of such a mail says from its claim on that it may have been handed over, so a crash of any
kind sends nothing twice. This file tells the doubtful from the others when a process was killed: a
line before each final dot, a line with what is to be written after the server's receipt. It is
written without waiting for the disk, since only the death of the whole machine takes what the
system has got; then its words count for nothing, which the machine's boot tells.

The process that writes it holds a lock on it for as long as it lives. So nobody believes the file
of a living one, which may write its next line at any moment. Readers share the lock among them.
"""

import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import connection

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_MARK = "g"
"""Begins the tokens of claims in groups; all others are hexadecimal."""
_ID_LENGTH = 12
_LOCK_AT = 2**40
"""The byte that is locked: far behind all that is written, so that the rest can be read."""
_SAME_BOOT_SECONDS = 5.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_FILES_TRIED = 10
_READER_TRIES = 20
_READER_WAITS = 0.05
"""Seconds between two tries where readers cannot share the lock: none of them has it for long."""
_encode = json.JSONEncoder(default=str).encode  # made once: two lines a mail


@dataclass
class Handed:
    """What a dead process has told: mails whose dot it sent, and what was to be written of them."""

    begun: set[tuple[str, int]] = field(default_factory=set)
    answered: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)


class Journal:
    """This process' own file; safe for threads and greenlets. A forked child has another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._file = -1
        self._path = Path()
        self._groups = 0
        self._needed = False

    @contextmanager
    def group(self) -> Iterator[str]:
        """Give the token for the claims of one group; all of them are written down at the end.

        Where they are not, ``keep`` is to be called before.
        """
        with self._lock:
            if self._pid != os.getpid():
                self._open()
            self._groups += 1
            token = _MARK + self._path.stem + secrets.token_hex(16)[: 31 - _ID_LENGTH]
        try:
            yield token
        finally:
            with self._lock:
                self._groups -= 1
                if not self._groups and not self._needed:
                    os.ftruncate(self._file, len(_header()))

    def handing_over(self, token: str, mail_id: int) -> None:
        """Write down that the final dot of this mail comes next; raises OSError."""
        self._append([token, mail_id])

    def answered(self, token: str, mail_id: int, finish: dict[str, Any]) -> None:
        """Write down what became of it. Where that cannot be done a crash leaves it in doubt."""
        with suppress(OSError):
            self._append([token, mail_id, finish])

    def keep(self) -> None:
        """Empty the file no more: it holds what is in no row."""
        self._needed = True

    def close(self) -> None:
        """Remove the file of a process that ends in peace; the next group begins another."""
        with self._lock:
            if self._pid == os.getpid() and not self._groups and not self._needed:
                os.close(self._file)
                self._path.unlink(missing_ok=True)
                self._pid = 0

    def _append(self, line: list[Any]) -> None:
        # The first line end parts it from one that a full disk has cut off.
        raw = f"\n{_encode(line)}\n".encode()
        if os.write(self._file, raw) != len(raw):
            raise OSError("The disk is full.")

    def _open(self) -> None:
        if self._pid:
            self._pid = 0
            os.close(self._file)  # the parent's: the lock is and stays its
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for _ in range(_FILES_TRIED):
            self._path = folder / f"{secrets.token_hex(_ID_LENGTH // 2)}.log"
            file = _begin(self._path)
            if file is not None:
                self._file, self._pid = file, os.getpid()
                self._groups, self._needed = 0, False
                return
        raise OSError(f"No file in {folder} could be locked: see whether its disk allows locks.")


journal = Journal()


def told_by_the_dead(token: str) -> Handed | None:
    """Return what the process that made *token* has told; None when it lives, or nobody knows."""
    if not token.startswith(_MARK):
        return None
    with _of_a_dead_one(_folder() / f"{token[1 : 1 + _ID_LENGTH]}.log") as file:
        return None if file is None else _read(file)


def sweep(still_claimed: Callable[[str], bool]) -> None:
    """Remove the files of dead processes, but where a mail has a token that starts so."""
    for path in _folder().glob("*.log"):
        with _of_a_dead_one(path) as file:
            done = file is not None and not still_claimed(_MARK + path.stem)
            if done and sys.platform != "win32":
                # Under the lock, so that one who has just begun it sees that it is gone.
                path.unlink(missing_ok=True)
        if done and sys.platform == "win32":
            with suppress(PermissionError):  # nobody can take the file that another has open
                path.unlink(missing_ok=True)


def _begin(path: Path) -> int | None:
    """Make the file, locked and with its header; None when a sweep has got hold of it first."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
    file = os.open(path, flags, 0o600)
    is_ours = False
    try:
        with suppress(BlockingIOError, PermissionError):  # what the systems say of a lock taken
            _lock(file)
            is_ours = path.exists()
        if is_ours and os.write(file, _header()) != len(_header()):
            raise OSError(f"The disk is full: {path} could not be begun.")
    except BaseException:
        is_ours = False
        raise
    finally:
        if not is_ours:
            os.close(file)
            with suppress(PermissionError):  # a sweep has it open, and removes it
                path.unlink(missing_ok=True)
    return file if is_ours else None


def _read(file: int) -> Handed | None:
    with os.fdopen(os.dup(file), "rb") as lines:
        header, *rest = lines.read().split(b"\n")[:-1] or [b""]
    if len(header) + 1 != len(_header()) or not _same_boot(header):
        return None
    handed = Handed()
    for line in rest:
        try:
            token, mail_id, *finish = json.loads(line)
        except ValueError:
            continue  # cut off: what it was about was not done
        handed.begun.add((token, mail_id))
        if finish:
            handed.answered[token, mail_id] = finish[0]
    return handed


@contextmanager
def _of_a_dead_one(path: Path) -> Iterator[int | None]:
    """Open the file and hold off its end; None when it is not there or its process lives."""
    try:
        file = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        yield None
        return
    try:
        yield file if _lock_to_read(file) else None
    finally:
        os.close(file)


def _lock(file: int) -> None:
    """Take the writer's lock, which goes with the process; raises OSError when it is taken."""
    if sys.platform == "win32":
        os.lseek(file, _LOCK_AT, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_to_read(file: int) -> bool:
    """Share the lock with other readers; False when the writer lives."""
    if sys.platform == "win32":  # which knows no shared lock
        for _ in range(_READER_TRIES):
            with suppress(OSError):
                _lock(file)
                return True
            threading.Event().wait(_READER_WAITS)
    else:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
    return False


def _header() -> bytes:
    """Name this boot of the machine, always in as many bytes."""
    return f"{psutil.boot_time():020.1f} {_boot_id()}\n".encode()


def _same_boot(header: bytes) -> bool:
    """Return whether the machine has run on since; a clock that was put counts as a new boot."""
    began_at, _, boot_id = header.partition(b" ")
    try:
        is_same_time = abs(float(began_at) - psutil.boot_time()) < _SAME_BOOT_SECONDS
    except ValueError:
        return False
    return is_same_time and boot_id == _boot_id().encode()


@cache
def _boot_id() -> str:
    """Return what Linux draws anew at each boot, elsewhere always the same.

    A machine without a clock of its own has the same time at every boot.
    """
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return "-"


def _folder() -> Path:
    """Beside the rows that it speaks of, where they are in a file."""
    if connection.vendor == "sqlite":
        return Path(f"{connection.settings_dict['NAME']}.handed-over")
    return Path(settings.DATA_FOLDER) / "handed-over"
