"""A file that keeps what was written last, in a bounded room on the disk."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import BinaryIO

from launcher.runtime.log_room import LogRoom

FILES_KEPT = 3


class RotatedFile:
    """A file that is renamed to `.1`, `.2`, ... when it has grown to what its room allows."""

    def __init__(self, path: Path, room: LogRoom, kept: int = FILES_KEPT) -> None:
        self._path = path
        self._room = room
        self._kept = kept
        self._file: BinaryIO | None = None
        self._written = 0

    def write(self, data: bytes) -> None:
        """Append; raises OSError when the disk refuses."""
        if self._file is None:
            self._file = self._path.open("ab", buffering=0)
            self._room.opened(self._path)
            self._written = self._file.tell()
        if self._written + len(data) > self._room.file_bytes and self._written:
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
            self._room.closed(self._path)

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
        self._room.opened(self._path)
        self._written = 0
        self._room.make()
