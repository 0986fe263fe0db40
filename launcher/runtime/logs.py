"""Every line the services print: a ring in memory for showing, rotated files that keep all.

Chunks are stored as they were read and split into lines only when somebody looks, so that a service
which floods costs the launcher next to nothing.
"""

from __future__ import annotations

import bisect
import contextlib
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from launcher.core.logs import MAX_LINE, Level, LogRecord, level_of, shown

RING_BYTES = 64 * 1024 * 1024
FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 3
_OVERHEAD = 200
"""Bytes that a block costs beside its data; many one-line blocks must not outgrow the ring."""
_ERROR_WORDS = (b"ERROR", b"CRITICAL", b"FATAL", b"Traceback", b"Error:", b"Exception", b"[error]")


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines of one service, read at one time."""

    first: int
    count: int
    at: float
    service: str
    data: bytes

    def lines(self) -> list[bytes]:
        return self.data.split(b"\n")


class RotatedFile:
    """A file that is renamed to `.1`, `.2`, ... when it has grown to its size."""

    def __init__(self, path: Path, size: int = FILE_BYTES, kept: int = FILES_KEPT) -> None:
        self._path = path
        self._size = size
        self._kept = kept
        self._file: BinaryIO | None = None
        self._written = 0

    def write(self, data: bytes) -> None:
        """Append; raises OSError when the disk refuses."""
        if self._file is None:
            self._file = self._path.open("ab", buffering=0)
            self._written = self._file.tell()
        if self._written + len(data) > self._size and self._written:
            self._rotate()
        view = memoryview(data)
        while view:
            done = self._file.write(view)
            self._written += done
            view = view[done:]

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _rotate(self) -> None:
        self.close()
        for number in range(self._kept, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = (
                self._path if number == 1 else older.with_name(f"{self._path.name}.{number - 1}")
            )
            with contextlib.suppress(FileNotFoundError):
                newer.replace(older)
        self._file = self._path.open("ab", buffering=0)
        self._written = 0


class LogStore:
    """All lines of this run, by position; `launcher.core.protocols.LogSource`.

    `folder` holds one rotated file a service. Any thread may read or write.
    """

    def __init__(self, folder: Path, ring_bytes: int = RING_BYTES) -> None:
        self._folder = folder
        self._ring_bytes = ring_bytes
        self._lock = threading.Lock()
        self._grown = threading.Condition(self._lock)
        self._blocks: deque[_Block] = deque()
        self._held = 0
        self._end = 0
        self._errors: Counter[str] = Counter()
        self._own = self.sink("launcher")
        self._noting = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    @property
    def end(self) -> int:
        """The position that the next line will get."""
        return self._end

    @property
    def begin(self) -> int:
        """The position of the oldest line that is still held."""
        with self._lock:
            return self._blocks[0].first if self._blocks else self._end

    def errors(self, service: str) -> int:
        """How many lines of this service claimed to be errors since the start of the run."""
        return self._errors[service]

    def sink(self, service: str) -> LogSink:
        """A writer for one process of a service. Used by one thread at a time."""
        return LogSink(self, service, RotatedFile(self._folder / f"{service}.log"))

    def note(self, text: str) -> None:
        """Add a line of the launcher's own."""
        with self._noting:
            self._own.write(text.encode() + b"\n")

    def append(self, service: str, data: bytes) -> None:
        """Add whole lines; `data` ends with a newline."""
        count = data.count(b"\n")
        errors = 0
        if any(word in data for word in _ERROR_WORDS):
            errors = sum(
                level_of(line[:200].decode("utf-8", "replace")) is Level.ERROR
                for line in data.split(b"\n")
            )
        with self._lock:
            self._errors[service] += errors
            self._blocks.append(_Block(self._end, count, time.time(), service, data[:-1]))
            self._end += count
            self._held += len(data) + _OVERHEAD
            while self._held > self._ring_bytes and len(self._blocks) > 1:
                self._held -= len(self._blocks.popleft().data) + 1 + _OVERHEAD
            self._grown.notify_all()

    def wait(self, position: int, timeout: float) -> bool:
        """Wait until there is a line at `position`; False when there is none in time."""
        with self._lock:
            return self._grown.wait_for(lambda: self._end > position, timeout)

    def read(
        self, position: int, limit: int, service: str | None = None
    ) -> tuple[list[LogRecord], int]:
        """Up to `limit` lines from `position` on, and the position to go on from.

        Lines that the ring has dropped are skipped; with `service` only its lines are returned.
        """
        with self._lock:
            start = bisect.bisect_right(self._blocks, position, key=lambda block: block.first) - 1
            blocks = [
                self._blocks[i] for i in range(max(0, start), self._reach(start, limit, service))
            ]
            end = self._end
        records: list[LogRecord] = []
        for block in blocks:
            if service is not None and block.service != service:
                position = max(position, block.first + block.count)
                continue
            offset = max(0, position - block.first)
            for number, raw in enumerate(block.lines()[offset:], start=block.first + offset):
                if len(records) == limit:
                    return records, number
                text = shown(raw)
                records.append(LogRecord(number, block.at, block.service, level_of(text), text))
            position = block.first + block.count
        return records, min(max(position, 0), end)

    def _reach(self, start: int, limit: int, service: str | None) -> int:
        """The index after the last block that is needed for `limit` lines."""
        lines = 0
        index = max(0, start)
        while index < len(self._blocks) and lines <= limit:
            block = self._blocks[index]
            if service is None or block.service == service:
                # The first block may be read from its middle on, so it does not count.
                lines += block.count if index > start else 0
            index += 1
        return index


class LogSink:
    """Takes the chunks of one process, in order, and makes whole lines of them."""

    def __init__(self, store: LogStore, service: str, file: RotatedFile) -> None:
        self._store = store
        self._service = service
        self._file = file
        self._carry = b""
        self._cut = 0
        """Bytes of the running line beyond MAX_LINE, dropped from the ring (not from the file)."""
        self._disk_trouble = False

    def write(self, chunk: bytes) -> bytes:
        """Keep a chunk; return the whole lines that it completed (b"" when none)."""
        self._keep(chunk)
        head, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            self._stash(tail)
            return b""
        lines = self._finish(head) + b"\n"
        self._carry, self._cut = b"", 0
        self._stash(tail)
        self._store.append(self._service, lines)
        return lines

    def close(self) -> bytes:
        """Flush a last line without its newline, and close the file."""
        lines = b""
        if self._carry:
            lines = self._finish(b"") + b"\n"
            self._carry, self._cut = b"", 0
            self._store.append(self._service, lines)
        self._file.close()
        return lines

    def _stash(self, tail: bytes) -> None:
        room = MAX_LINE + 1 - len(self._carry)
        self._carry += tail[:room]
        self._cut += max(0, len(tail) - room)

    def _finish(self, head: bytes) -> bytes:
        if not self._cut:
            return self._carry + head
        first, newline, rest = head.partition(b"\n")
        dropped = self._cut + len(first)
        line = self._carry + b" ... [" + str(dropped).encode() + b" more bytes in the log file]"
        return line + newline + rest

    def _keep(self, chunk: bytes) -> None:
        try:
            self._file.write(chunk)
        except OSError as error:
            self._file.close()
            if not self._disk_trouble:
                self._disk_trouble = True
                words = f"launcher: the log file cannot be written: {error.strerror or error}\n"
                self._store.append(self._service, words.encode())
        else:
            self._disk_trouble = False
