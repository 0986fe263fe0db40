"""A program that prints what a log view must not obey, then so many random bytes: `... SIZE`."""

import os
import random
import sys

HOSTILE = (
    b"osc 52 \x1b]52;c;ZXZpbA==\x07 end",
    b"osc 52 \x1b]52;c;ZXZpbA==\x1b\\ end",
    b"title \x1b]0;evil\x07\x1b]2;evil\x1b\\ end",
    b"ansi \x1b[31;1mred\x1b[0m \x1b[2J\x1b[1;1H\x1b[?1049h end",
    b"c1 \xc2\x9b31m \xc2\x9d52;c;ZXZpbA==\xc2\x9c end",
    b"nul \x00\x00 bell \x07 back \x08\x08 del \x7f end",
    b"return\rover end",
    "bidi \u202eevil\u202c \u2066in\u2069 \u200f end".encode(),
    "breaks \u2028 \u2029 \u0085 end".encode(),
    b"broken \xff\xfe \xc3( \xe2\x82 \xf0\x9f\x98 end",
    "invisible \u200b\ufeff end".encode(),
    ("marks e" + "\u0301" * 3_000 + " end").encode(),
    b"<b>html</b> <img src='http://127.0.0.1:9/x'> &amp; end",
)
PIECE = 1_000_000


def main() -> None:
    """Print it all, twice, with the random bytes between."""
    noise = random.Random(15)
    _write(b"\n".join(HOSTILE) + b"\n")
    for _ in range(int(float(sys.argv[1])) // PIECE):
        _write(noise.randbytes(PIECE))
    _write(b"\n" + b"\n".join(HOSTILE) + b"\n")


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    main()
