"""What this process has handed over of the mails that it claimed in groups: files it appends to.

The row of such a mail says from its claim on that it may have been handed over, so a crash of any
kind sends nothing twice. A file tells the doubtful from the others when a process was killed: a
line before each final dot, a line with what is to be written after the server's receipt. It is
written without waiting for the disk, since only the death of the whole machine takes what the
system has got; then its words count for nothing, which the machine's boot tells.

One file serves all groups that are in hand at once, and is emptied when none is. One that has
grown large gives way to another; one that holds what is in no row is left behind when its groups
are over, for whoever takes those mails back (``handed_over``).
"""

import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from send_mail.services import journal_file

LARGEST = 4 * 2**20
"""Bytes; a group that begins when there are more gets another file."""
_FILES_TRIED = 10
_TOKEN_LENGTH = 32
_encode = json.JSONEncoder(default=str).encode  # made once: two lines a mail


class _File:
    """One file of this process, and how many groups may append to it."""

    def __init__(self, number: int, path: Path) -> None:
        self.number, self.path = number, path
        self.groups = 0
        self.is_kept = False


class Journal:
    """This process' own files; safe for threads and greenlets. A forked child has others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._files: dict[str, _File] = {}
        self._current: _File | None = None

    @contextmanager
    def group(self) -> Iterator[str]:
        """Give the token for the claims of one group; all of them are written down at the end.

        Where they are not, ``keep`` is to be called before.
        """
        with self._lock:
            file = self._file_for_next()
            file.groups += 1
        token = journal_file.MARK + file.path.stem
        try:
            yield token + secrets.token_hex(_TOKEN_LENGTH)[: _TOKEN_LENGTH - len(token)]
        finally:
            with self._lock:
                file.groups -= 1
                self._settle(file)

    def handing_over(self, token: str, mail_id: int) -> None:
        """Write down that the final dot of this mail comes next; raises OSError."""
        self._append(token, [token, mail_id])

    def answered(self, token: str, mail_id: int, finish: dict[str, Any]) -> None:
        """Write down what became of it. Where that cannot be done a crash leaves it in doubt."""
        with suppress(OSError):
            self._append(token, [token, mail_id, finish])

    def keep(self, token: str, *, in_use: bool = False) -> None:
        """Leave the file of this group to whoever takes its mails back: it holds what is in no row.

        *in_use* says that somebody may append to it when the group is over: then nobody is to
        believe it for as long as this process lives.
        """
        with self._lock:
            file = self._files[journal_file.name_in(token)]
            file.is_kept = True
            if in_use:
                file.groups += 1

    def close(self) -> None:
        """Remove the file of a process that ends in peace; the next group begins another."""
        with self._lock:
            file = self._current
            if self._pid == os.getpid() and file is not None and not file.groups:
                self._let_go(file)

    def _append(self, token: str, line: list[Any]) -> None:
        # The first line end parts it from one that a full disk has cut off.
        raw = f"\n{_encode(line)}\n".encode()
        if os.write(self._files[journal_file.name_in(token)].number, raw) != len(raw):
            raise OSError("The disk is full.")

    def _file_for_next(self) -> _File:
        if self._pid != os.getpid():
            for file in self._files.values():
                os.close(file.number)  # the parent's: the lock is and stays its
            self._files, self._current, self._pid = {}, None, os.getpid()
        if self._current is None or os.fstat(self._current.number).st_size > LARGEST:
            self._current = self._begin()
        return self._current

    def _begin(self) -> _File:
        folder = journal_file.folder()
        folder.mkdir(parents=True, exist_ok=True)
        for _ in range(_FILES_TRIED):
            name = secrets.token_hex(journal_file.NAME_LENGTH // 2)
            path = journal_file.path_of(name)
            number = journal_file.begin(path)
            if number is not None:
                self._files[name] = file = _File(number, path)
                return file
        raise OSError(f"No file in {folder} could be locked: see whether its disk allows locks.")

    def _settle(self, file: _File) -> None:
        """See what becomes of it when its last group is over."""
        if file.groups:
            return
        if file is self._current and not file.is_kept:
            os.ftruncate(file.number, len(journal_file.header()))
        else:
            self._let_go(file)

    def _let_go(self, file: _File) -> None:
        """Append to it no more: with its lock goes the reason not to believe it."""
        del self._files[file.path.stem]
        if file is self._current:
            self._current = None
        os.close(file.number)
        if not file.is_kept:
            with suppress(PermissionError):  # on Windows, of one that a sweep has open and removes
                file.path.unlink(missing_ok=True)


journal = Journal()
