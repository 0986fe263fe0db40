"""Looking through an archive before anything of it is written, and unpacking it in one step.

All names are checked first; then it is unpacked beside its final folder, compared with what the
archive says, and renamed: a folder of the final name is whole.
"""

from __future__ import annotations

import contextlib
import shutil
import stat
import uuid
import zipfile
import zlib
from pathlib import Path

from launcher.core.archive_names import clashes, refusal
from launcher.core.disk import size as shown
from launcher.core.parts import Part
from launcher.platform.places import long_path
from launcher.runtime.parts.download import disk_words, need_room
from launcher.runtime.parts.watching import PartError, Watch

_CHUNK = 256 * 1024
_MOST_MEMBERS = 60_000
_MOST_TIMES_SMALLER = 200
"""Deflate makes nothing a thousand times smaller that is a program; a bomb is."""
UNPACKING = ".unpacking-"
_RENAME_TRIES = 20
_RENAME_AGAIN = 0.25


def unpack(archive: Path, part: Part, target: Path, watch: Watch) -> None:
    """Unpack `archive`, less its top folder, as the new folder `target`.

    Raises PartError where it is not the archive it should be, with nothing written; and where the
    disk is full, with nothing left. Raises CancelledError.
    """
    beside = target.with_name(f"{UNPACKING}{target.name}-{uuid.uuid4().hex[:8]}")
    try:
        with disk_words(target.parent), zipfile.ZipFile(archive) as file:
            members = look_through(file, part, archive.stat().st_size)
            need_room(target.parent, sum(member.file_size for member in members))
            _write(file, members, part, beside, watch)
            _compare(members, part, beside)
            _rename(beside, target, watch)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _unusable(part, f"it is damaged ({error})") from error
    finally:
        remove_tree(beside)


def look_through(file: zipfile.ZipFile, part: Part, packed: int) -> list[zipfile.ZipInfo]:
    """All members, each fit to become a file below the part's folder. Raises PartError."""
    members = file.infolist()
    if len(members) > _MOST_MEMBERS:
        raise _unusable(part, f"it has {len(members):,} files")
    for member in members:
        # zipfile cuts the name at a NUL and turns this system's separators; the archive's own name
        # is what is looked at.
        name = member.orig_filename
        if reason := refusal(name):
            raise _unusable(part, f"its file {name!r} {reason}")
        if member.flag_bits & 0x1:
            raise _unusable(part, f"its file {name!r} is encrypted")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _unusable(part, f"its file {name!r} is a link or a device")
        if part.top and not name.startswith(f"{part.top}/"):
            raise _unusable(part, f"its file {name!r} is not in {part.top}")
    if again := clashes(member.orig_filename for member in members):
        raise _unusable(part, f"it has the file {again!r} twice")
    whole = sum(member.file_size for member in members)
    if whole > part.largest_unpacked or whole > _MOST_TIMES_SMALLER * max(packed, 1):
        raise _unusable(part, f"it would take {shown(whole)}")
    return members


def remove_tree(folder: Path) -> None:
    """Remove a folder of ours, whole; one that is not there is no error."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(long_path(folder))


def _write(
    file: zipfile.ZipFile, members: list[zipfile.ZipInfo], part: Part, beside: Path, watch: Watch
) -> None:
    whole = sum(member.file_size for member in members) or 1
    written, told = 0, -1
    beside.mkdir(mode=0o700)
    for member in members:
        path = long_path(beside / _below_top(member.orig_filename, part))
        if member.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with file.open(member) as packed, path.open("xb") as unpacked:
            while chunk := packed.read(_CHUNK):
                watch.check()
                unpacked.write(chunk)
                written += len(chunk)
        hundredth = written * 100 // whole
        if hundredth != told:
            told = hundredth
            watch.tell(f"Unpacking {part.words}: {shown(written)} of {shown(whole)}", told / 100)


def _compare(members: list[zipfile.ZipInfo], part: Part, folder: Path) -> None:
    """Every file is there with its size (its checksum was compared on the way), and none else."""
    wanted = {
        _below_top(member.orig_filename, part): member.file_size
        for member in members
        if not member.is_dir()
    }
    root = long_path(folder)
    found = {
        path.relative_to(root).as_posix(): path.stat().st_size
        for path in root.rglob("*")
        if path.is_file()
    }
    if wanted != found:
        raise _unusable(part, "what was unpacked is not what it holds")
    for need in part.needs:
        if need not in found:
            raise _unusable(part, f"it has no {need}")
    if part.name == "erlang":
        said = next(root.glob("releases/*/OTP_VERSION")).read_text(encoding="utf-8").strip()
        if said != part.version:
            raise _unusable(part, f"it says that it is Erlang {said[:40]}")


def _rename(beside: Path, target: Path, watch: Watch) -> None:
    """In one step; Windows refuses for as long as a virus scanner looks at what was written."""
    for _ in range(_RENAME_TRIES):
        try:
            beside.rename(target)
        except PermissionError:
            watch.pause(_RENAME_AGAIN)
        else:
            return
    beside.rename(target)


def _below_top(name: str, part: Part) -> str:
    return name.removeprefix(f"{part.top}/") if part.top else name


def _unusable(part: Part, why: str) -> PartError:
    return PartError(
        f"the archive of {part.words} was not used: {why}",
        "Tell us: this must not happen with the publisher's own file",
    )
