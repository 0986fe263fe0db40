"""What all log files of a folder may hold together; the oldest that are full go first."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

DEFAULT_BYTES = 200 * 1024 * 1024
_SHARE = 20
"""How many times one file's size fits: ten services write, and as much again is for old files."""
_ROTATED = re.compile(r"\.log\.\d+$")


class LogRoom:
    """Shared by all files of a folder; any thread may call.

    A file that is written to may grow to `file_bytes` and counts as full from the beginning, so
    that the limit holds however fast they grow.
    """

    def __init__(self, folder: Path, limit: int = DEFAULT_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._open: Counter[Path] = Counter()

    @property
    def file_bytes(self) -> int:
        """How large one file may become before it is put aside."""
        return self._limit // _SHARE

    def set_limit(self, limit: int) -> None:
        """Allow so many bytes from now on."""
        self._limit = limit
        self.make()

    def opened(self, path: Path) -> None:
        """A file is written to: it does not go."""
        with self._lock:
            self._open[path] += 1

    def closed(self, path: Path) -> None:
        """Nobody writes to it any more."""
        with self._lock:
            self._open[path] -= 1

    def make(self) -> None:
        """Remove old files until the rest fits; what cannot be removed is left."""
        with self._lock:
            found = list(self._files())
            old = [
                (one.st_mtime_ns, one.st_size, file)
                for one, file in found
                if _ROTATED.search(file.name)
                or (one.st_size > self.file_bytes and not self._open[file])
            ]
            going = {file for _, _, file in old}
            kept = sum(
                max(one.st_size, self.file_bytes) for one, file in found if file not in going
            )
            total = kept + sum(size for _, size, _ in old)
            for _, size, file in sorted(old):
                if total <= self._limit:
                    return
                with contextlib.suppress(OSError):
                    file.unlink()
                    total -= size

    def _files(self) -> Iterator[tuple[os.stat_result, Path]]:
        try:
            files = list(self._folder.iterdir())
        except OSError:
            return
        for file in files:
            if file.suffix == ".log" or _ROTATED.search(file.name):
                # One may be renamed by its writer meanwhile: then it is counted the next time.
                with contextlib.suppress(OSError):
                    found = file.lstat()
                    if stat.S_ISREG(found.st_mode):
                        yield found, file
