"""The log that a service writes to a file of its own, read as it grows.

RabbitMQ does so on Windows, where it cannot be told to print. What was in the file before the
service began is an earlier run's and is passed over.
"""

from __future__ import annotations

from pathlib import Path

_MOST = 1024 * 1024
"""Bytes that one look takes at most."""


class FollowedFile:
    """Whole lines from where the file ended when this was made; it need not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = self._size()

    def read(self) -> bytes:
        """The lines that came since the last look, at most 1 MB of them; b"" when there is none.

        A file that became shorter was begun anew, and is read from its beginning.
        """
        size = self._size()
        if size == self._position:
            return b""
        if size < self._position:
            self._position = 0
        try:
            with self._path.open("rb") as file:
                file.seek(self._position)
                chunk = file.read(_MOST)
        except OSError:
            # Being renamed or removed: the next look finds it, or a new one.
            return b""
        head, newline, _ = chunk.rpartition(b"\n")
        if not newline and len(chunk) == _MOST:
            head = chunk  # one endless line: better in pieces than never
        lines = head + newline
        self._position += len(lines)
        return lines

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0
