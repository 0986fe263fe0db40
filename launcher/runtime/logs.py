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
from collections.abc import Iterator
from pathlib import Path

from launcher.core.logs import MAX_LINE, LogRecord, level_of, shown
from launcher.core.protocols import LineQuery
from launcher.runtime.byte_ring import ByteRing
from launcher.runtime.log_block import Block
from launcher.runtime.log_room import LogRoom
from launcher.runtime.rotated_file import RotatedFile

RING_BYTES = 64 * 1024 * 1024
_OVERHEAD = 200
"""Bytes that a block costs beside its data; many one-line blocks must not outgrow the ring."""
_BATCH = 64
"""Blocks that a search takes at a time, so that writers do not wait for it."""
_SKIP_BYTES = 4096
"""A search that skips so many bytes has done as much as looking at one line."""


class LogStore:
    """All lines of this run, by position; `launcher.core.protocols.LogSource`.

    `folder` holds one rotated file a service, and `room` says how much of them is kept. Any thread
    may read or write.
    """

    def __init__(self, folder: Path, ring_bytes: int = RING_BYTES) -> None:
        self._folder = folder
        self._ring_bytes = ring_bytes
        self._lock = threading.Lock()
        self._grown = threading.Condition(self._lock)
        self._ring = ByteRing(ring_bytes)
        self._blocks: deque[Block] = deque()
        self._split: tuple[Block | None, list[bytes]] = (None, [])
        self._held = 0
        self._end = 0
        self._errors: Counter[str] = Counter()
        self._counting = False
        self.room = LogRoom(folder)
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
        """How many lines of this service claimed to be errors.

        They are counted from the first time somebody asks, those that are still held then included:
        a terminal never asks, and counting is most of what a flood would cost it.
        """
        if not self._counting:
            self._begin_counting()
        return self._errors[service]

    def sink(self, service: str) -> LogSink:
        """A writer for one process of a service. Used by one thread at a time."""
        return LogSink(self, service, RotatedFile(self._folder / f"{service}.log", self.room))

    def note(self, text: str) -> None:
        """Add a line of the launcher's own."""
        with self._noting:
            self._own.write(text.encode() + b"\n")

    @contextlib.contextmanager
    def files_closed(self) -> Iterator[None]:
        """No file of the launcher's own is open; notes wait. Services must have stopped."""
        with self._noting:
            self._own.close()
            yield

    def close(self) -> None:
        """Close the launcher's own file, which Windows would not remove; a note opens it again."""
        with self._noting:
            self._own.close()

    def append(self, service: str, data: bytes) -> None:
        """Add whole lines; `data` ends with a newline."""
        with self._lock:
            self._held += len(data) + _OVERHEAD
            while self._held > self._ring_bytes and self._blocks:
                self._held -= self._blocks.popleft().size + 1 + _OVERHEAD
            block = Block(self._end, time.time(), service, data[:-1], self._ring)
            self._blocks.append(block)
            self._end += block.count
            counting = self._counting
            self._grown.notify_all()
        if counting and (errors := block.errors):
            with self._lock:
                self._errors[service] += errors

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
            start = self._index(position)
            blocks = [
                self._blocks[i] for i in range(max(0, start), self._reach(start, limit, service))
            ]
            end = self._end
        records: list[LogRecord] = []
        for block in blocks:
            if service is not None and block.service != service:
                position = max(position, block.end)
                continue
            begin = max(position, block.first)
            position = min(block.end, begin + limit - len(records))
            lines = self._lines_of(block)
            for number in range(begin, position if lines else begin):
                text = shown(lines[number - block.first])
                records.append(LogRecord(number, block.at, block.service, level_of(text), text))
            if position < block.end:
                return records, position
        return records, min(max(position, 0), end)

    def find(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        """The positions of wanted lines from `position` on, and the position to go on from."""
        found: list[int] = []
        end = self._end
        while limit > 0 and position < end:
            for block in self._some(position):
                if limit <= 0 or block.first >= end:
                    break
                low, high = max(position, block.first), block.end
                if by_line := block.needs_lines(query):
                    high = min(high, low + limit)
                found += block.find(query, low, high)
                position = high
                limit -= high - low if by_line else 1 + block.size // _SKIP_BYTES
        return found, position

    def find_before(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        """The last wanted lines before `position`, and the position to go on before."""
        position = min(position, self._end)
        while limit > 0 and position > self.begin:
            for block in reversed(self._some_before(position)):
                if limit <= 0:
                    break
                low, high = block.first, min(position, block.end)
                if by_line := block.needs_lines(query):
                    low = max(low, high - limit)
                position = low
                if found := block.find(query, low, high):
                    return found, position
                limit -= high - low if by_line else 1 + block.size // _SKIP_BYTES
        return [], max(position, self.begin)

    def _begin_counting(self) -> None:
        with self._lock:
            if self._counting:
                return
            self._counting = True
            held = list(self._blocks)
        for block in held:
            if errors := block.errors:
                with self._lock:
                    self._errors[block.service] += errors

    def _some(self, position: int) -> list[Block]:
        """A few blocks from the one with this line on, or from the oldest."""
        with self._lock:
            start = max(0, self._index(position))
            return [self._blocks[i] for i in range(start, min(start + _BATCH, len(self._blocks)))]

    def _some_before(self, position: int) -> list[Block]:
        """A few blocks up to the one with the line before this one."""
        with self._lock:
            stop = self._index(position - 1) + 1
            return [self._blocks[i] for i in range(max(0, stop - _BATCH), stop)]

    def _index(self, position: int) -> int:
        """Which block has this line; -1 when all begin after it."""
        return bisect.bisect_right(self._blocks, position, key=lambda block: block.first) - 1

    def _lines_of(self, block: Block) -> list[bytes]:
        """Its lines; those of the last block that was asked for are kept, since a page is read in
        small steps."""
        kept, lines = self._split
        if kept is not block:
            lines = block.lines()
            self._split = (block, lines)
        return lines

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
