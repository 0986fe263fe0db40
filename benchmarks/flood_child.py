"""A program that floods: `flood_child.py REPORT KIND SIZE [RATE]`, in plain Python on purpose.

Kinds: `lines` so many seconds of RATE lines a second, `bytes` so many bytes of lines as fast as
they are taken, `line` one line of so many bytes. REPORT gets what was written, as JSON: bytes,
lines, their CRC-32 and the longest time that one write took.
"""

import json
import os
import sys
import time
import zlib
from pathlib import Path

_GROUP = 50
_LINE = (
    b"[2026-03-14 14:12:03,201: INFO/MainProcess] "
    b"Task send_mail.tasks.send_email_task[mail-%09d-1] received\n"
)


class Pipe:
    """Standard output, and what it cost to write there."""

    def __init__(self) -> None:
        self.bytes = self.lines = self.crc = 0
        self.longest = 0.0

    def write(self, data: bytes) -> None:
        """Write all of it."""
        self.bytes += len(data)
        self.crc = zlib.crc32(data, self.crc)
        view = memoryview(data)
        while view:
            began = time.perf_counter()
            view = view[os.write(1, view) :]
            self.longest = max(self.longest, time.perf_counter() - began)


def lines(pipe: Pipe, seconds: float, rate: float) -> None:
    """A few lines at a time, evenly."""
    began = time.perf_counter()
    while (now := time.perf_counter() - began) < seconds:
        if pipe.lines >= now * rate:
            time.sleep(_GROUP / rate)  # noqa: TID251 - this program's own pace
            continue
        _group(pipe, _GROUP)


def flood(pipe: Pipe, size: float) -> None:
    """As fast as they are taken."""
    while pipe.bytes < size:
        _group(pipe, 1_000)


def one_line(pipe: Pipe, size: float) -> None:
    """A line without end, and a short one behind it."""
    piece = b"x" * 1_000_000
    for _ in range(int(size) // len(piece)):
        pipe.write(piece)
    pipe.write(b"\nafter the long line\n")
    pipe.lines += 2


def _group(pipe: Pipe, count: int) -> None:
    pipe.write(b"".join(_LINE % number for number in range(pipe.lines, pipe.lines + count)))
    pipe.lines += count


def main() -> None:
    """Flood, then tell."""
    report, kind, size, *rate = sys.argv[1:]
    pipe = Pipe()
    began = time.perf_counter()
    if kind == "lines":
        lines(pipe, float(size), float(rate[0]))
    elif kind == "bytes":
        flood(pipe, float(size))
    else:
        one_line(pipe, float(size))
    told = {
        "bytes": pipe.bytes,
        "lines": pipe.lines,
        "crc": pipe.crc,
        "longest_write_s": pipe.longest,
        "seconds": time.perf_counter() - began,
    }
    part = Path(f"{report}.part")
    part.write_text(json.dumps(told), encoding="ascii")
    part.replace(report)


if __name__ == "__main__":
    main()
