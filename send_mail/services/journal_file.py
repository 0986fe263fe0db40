"""The files that journals are kept in: where they are, who may believe one, which boot it is of.

Whoever writes one holds a lock on it for as long as somebody of its process may append to it, and
nobody believes it so long. Readers share the lock among them. See ``handing_over`` for what is
written, ``handed_over`` for what is made of it.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MARK = "g"
"""Begins the tokens of claims in groups; all others are hexadecimal. The name of a file follows."""
NAME_LENGTH = 12
_LOCK_AT = 2**40
"""The byte that is locked: far behind all that is written, so that the rest can be read."""
_SAME_BOOT_SECONDS = 5.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_READER_TRIES = 20
_READER_WAITS = 0.05
"""Seconds between two tries where readers cannot share the lock: none of them has it for long."""


def folder() -> Path:
    """Return where they are: beside the rows that they speak of, where those are in a file."""
    if connection.vendor == "sqlite":
        return Path(f"{connection.settings_dict['NAME']}.handed-over")
    return Path(settings.DATA_FOLDER) / "handed-over"


def name_in(token: str) -> str:
    """Return the name of the file that is kept for a claim with this token."""
    return token[len(MARK) :][:NAME_LENGTH]


def path_of(name: str) -> Path:
    """Return the file of this name."""
    return folder() / f"{name}.log"


def begin(path: Path) -> int | None:
    """Make the file, locked and with its header; None when a sweep has got hold of it first."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
    file = os.open(path, flags, 0o600)
    is_ours = False
    try:
        with suppress(BlockingIOError, PermissionError):  # what the systems say of a lock taken
            _lock(file)
            is_ours = path.exists()
        if is_ours and os.write(file, header()) != len(header()):
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


@contextmanager
def of_a_dead_one(path: Path) -> Iterator[int | None]:
    """Open the file and hold off its end; None when it is gone or somebody may append to it."""
    try:
        file = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        yield None
        return
    try:
        yield file if _lock_to_read(file) else None
    finally:
        os.close(file)


def header() -> bytes:
    """Name this boot of the machine, always in as many bytes."""
    return f"{psutil.boot_time():020.1f} {_boot_id()}\n".encode()


def same_boot(given: bytes) -> bool:
    """Return whether the machine has run on since; a clock that was put counts as a new boot."""
    began_at, _, boot_id = given.partition(b" ")
    try:
        is_same_time = abs(float(began_at) - psutil.boot_time()) < _SAME_BOOT_SECONDS
    except ValueError:
        return False
    return is_same_time and boot_id == _boot_id().encode()


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


@cache
def _boot_id() -> str:
    """Return what Linux draws anew at each boot, elsewhere always the same.

    A machine without a clock of its own has the same time at every boot.
    """
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return "-"
