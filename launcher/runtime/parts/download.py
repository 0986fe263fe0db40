"""Bringing one archive: from the network, going on where it stopped, or from a folder.

What comes is a file beside its final name until size and digest are right. Nobody opens it before.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
import shutil
import time
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO

from launcher.core.disk import size as shown
from launcher.core.parts import Expected, Part
from launcher.core.transfer import Meter
from launcher.runtime.parts import net
from launcher.runtime.parts.watching import PartError, Watch

_CHUNK = 256 * 1024
_TELL_EVERY = 0.25
"""Seconds: words that change oftener cannot be read."""
_TRIES = 4
"""A connection that drops is taken up again this often without being asked."""
_TRY_AGAIN = 2.0
_ROOM_TO_SPARE = 64_000_000
"""Bytes that stay free on the disk: other programs run on it as well."""
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


def bring(part: Part, expected: Expected, folder: Path, watch: Watch) -> Path:
    """The archive in `folder`, its digest right. Raises PartError, CancelledError.

    What an earlier try left is gone on with. A wrong digest removes the file.
    """
    target = folder / part.file
    if target.exists() and _is_right(target, part, expected, watch):
        return target
    partial = folder / f"{part.file}.part"
    resumed = partial.exists() and partial.stat().st_size > 0
    with disk_words(folder):
        _complete(part, expected, partial, watch)
        try:
            check(partial, part, expected, watch)
        except PartError:
            partial.unlink()
            if not resumed:
                raise
            # An earlier part may be of another file, or damaged since: once more from its start.
            _complete(part, expected, partial, watch)
            _check_or_remove(partial, part, expected, watch)
        partial.replace(target)
    return target


def take_from(source: Path, part: Part, expected: Expected, folder: Path, watch: Watch) -> Path:
    """The archive copied out of the user's folder `source`, its digest right.

    Copied first and checked then, so that nobody changes it in between. Raises PartError.
    """
    origin = source / part.file
    if not origin.is_file():
        raise PartError(
            f"{part.file} is not in {source}", f"Fetch {part.address} and put it into that folder"
        )
    target, partial = folder / part.file, folder / f"{part.file}.part"
    with disk_words(folder):
        need_room(folder, origin.stat().st_size)
        watch.tell(f"Copying {part.words}")
        with origin.open("rb") as old, partial.open("wb") as new:
            while chunk := old.read(_CHUNK):
                watch.check()
                new.write(chunk)
        _check_or_remove(partial, part, expected, watch)
        partial.replace(target)
    return target


def check(path: Path, part: Part, expected: Expected, watch: Watch) -> None:
    """Compare size and digest. Raises PartError where they differ, CancelledError."""
    watch.tell(f"Checking {part.words}")
    found = path.stat().st_size
    if expected.size and found != expected.size:
        raise PartError(
            f"{part.file} has {found:,} bytes instead of {expected.size:,}, so it was not used",
            _WRONG_FILE,
        )
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            watch.check()
            digest.update(chunk)
    if digest.hexdigest() != expected.sha256:
        raise PartError(
            f"{part.file} is not the file that it should be, so it was not used: its SHA-256 is "
            f"{digest.hexdigest()} and not {expected.sha256} ({expected.said_by})",
            _WRONG_FILE,
        )


_WRONG_FILE = (
    "Try again; if it stays so, something between here and the publisher changes files: use "
    "another network and tell us"
)


def need_room(folder: Path, count: int) -> None:
    """Raise PartError where the disk of `folder` has not `count` bytes, and some to spare."""
    free = shutil.disk_usage(folder).free
    needed = count + _ROOM_TO_SPARE
    if free < needed:
        raise PartError(
            f"the disk of {folder} has {shown(free)} free, and {shown(needed)} are needed",
            "Free some space, then try again: it goes on where it stopped",
        )


def _is_right(path: Path, part: Part, expected: Expected, watch: Watch) -> bool:
    try:
        check(path, part, expected, watch)
    except PartError:
        path.unlink()
        return False
    return True


def _check_or_remove(path: Path, part: Part, expected: Expected, watch: Watch) -> None:
    try:
        check(path, part, expected, watch)
    except PartError:
        path.unlink()
        raise


def _complete(part: Part, expected: Expected, partial: Path, watch: Watch) -> None:
    """Fetch what is missing; a connection that drops is taken up again a few times."""
    for last in (*(False,) * (_TRIES - 1), True):
        before = _length(partial)
        try:
            _fetch(part, expected, partial, watch)
        except _DroppedError as dropped:
            if last:
                raise PartError(
                    f"the connection to {net.host(part.address)} ended after "
                    f"{shown(_length(partial))}: {dropped}",
                    "Try again: it goes on where it stopped",
                ) from dropped
            watch.tell(f"The connection ended, going on with {part.words} in a moment")
            watch.pause(_TRY_AGAIN if _length(partial) > before else 2 * _TRY_AGAIN)
        else:
            return


class _DroppedError(Exception):
    """The answer ended before its time."""


def _fetch(part: Part, expected: Expected, partial: Path, watch: Watch) -> None:
    begun = _length(partial)
    if expected.size and begun >= expected.size:
        if begun == expected.size:
            return
        partial.unlink()
        begun = 0
    watch.tell(f"Asking {net.host(part.address)} for {part.words}")
    asking = {"Range": f"bytes={begun}-"} if begun else {}
    with contextlib.ExitStack() as end:
        try:
            answer = end.enter_context(net.opened(part.address, asking))
        except net.OutOfRangeError:
            # Nothing is behind what we have: either it is whole, or the digest says that it is not.
            return
        begun = _continues_at(answer, begun)
        total = _total(answer, begun)
        if expected.size and total and total != expected.size:
            raise PartError(
                f"{part.file} has {total:,} bytes at {net.host(part.address)} instead of "
                f"{expected.size:,}, so it was not fetched",
                _WRONG_FILE,
            )
        most = expected.size or part.largest
        if total > most:
            raise _too_large(part, most)
        need_room(partial.parent, max(total or most, begun) - begun)
        with partial.open("ab" if begun else "wb") as file:
            _copy(part, answer, file, Meter(total or expected.size, begun, time.monotonic()), watch)


def _copy(part: Part, answer: HTTPResponse, file: BinaryIO, meter: Meter, watch: Watch) -> None:
    told = 0.0
    most = meter.total or part.largest
    while True:
        try:
            chunk = answer.read1(_CHUNK)
        except (OSError, HTTPException, ValueError) as error:
            raise _DroppedError(str(error) or type(error).__name__) from error
        if not chunk:
            break
        now = time.monotonic()
        meter.add(len(chunk), now)
        if meter.done > most:
            raise _too_large(part, most)
        file.write(chunk)
        watch.check()
        if now - told >= _TELL_EVERY:
            told = now
            watch.tell(f"Downloading {part.words}: {meter.words}", meter.share)
    if meter.total and meter.done < meter.total:
        raise _DroppedError(f"{shown(meter.total)} were announced")


def _continues_at(answer: HTTPResponse, wanted: int) -> int:
    """Where in the file the answer begins: where we asked it to, or at the start."""
    if answer.status != 206:
        return 0
    match = _RANGE.match(answer.headers.get("Content-Range", ""))
    if match is None or int(match[1]) != wanted:
        raise PartError("the server sent another piece than it was asked for", "Try again")
    return wanted


def _total(answer: HTTPResponse, begun: int) -> int:
    """Bytes of the whole file; 0 where the server does not say."""
    length = answer.headers.get("Content-Length", "")
    return begun + int(length) if length.isdecimal() else 0


def _too_large(part: Part, most: int) -> PartError:
    return PartError(f"{part.file} is larger than {shown(most)}, so it was not taken", _WRONG_FILE)


def _length(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


@contextlib.contextmanager
def disk_words(folder: Path) -> Iterator[None]:
    """Turn what the disk says, full or not writable, into a PartError."""
    try:
        yield
    except OSError as error:
        raise _disk_error(folder, error) from error


def _disk_error(folder: Path, error: OSError) -> PartError:
    """What the disk said, in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return PartError(
            f"the disk of {folder} is full", "Free some space, then try again: it goes on"
        )
    return PartError(
        f"{folder} cannot be written: {error.strerror or error}",
        "Make it writable, or choose another folder with --home",
    )
