"""The last so many bytes, in one piece of memory that never grows.

Chunks that come and go as objects of their own leave holes behind, in an arena of each thread that
reads; so they are copied in here, and out again when somebody looks.
"""

from __future__ import annotations

import mmap
import threading


class ByteRing:
    """`size` bytes; the memory is taken as it is first written to. Any thread may call."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._memory = mmap.mmap(-1, size)
        self._end = 0
        self._lock = threading.Lock()

    def put(self, data: bytes) -> int:
        """Add bytes over the oldest ones; returns where they are, for `get`.

        Raises ValueError for more than fit.
        """
        if len(data) > self._size:
            raise ValueError(f"{len(data)} bytes are more than the ring's {self._size}")
        with self._lock:
            place, at = self._end, self._end % self._size
            first = min(len(data), self._size - at)
            self._memory[at : at + first] = data[:first]
            self._memory[: len(data) - first] = data[first:]
            self._end += len(data)
        return place

    def get(self, place: int, size: int) -> bytes | None:
        """The bytes that were put there; None once others are."""
        with self._lock:
            if place < self._end - self._size:
                return None
            at = place % self._size
            first = min(size, self._size - at)
            return self._memory[at : at + first] + self._memory[: size - first]
