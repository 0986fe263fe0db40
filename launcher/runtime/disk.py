"""How much the home holds, and the removal of parts of it. No symbolic link is ever followed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from launcher.core.disk import Entry


class RemovalError(Exception):
    """Something could not be removed; the message says what, why and what to do."""


def entries(home: Path) -> tuple[Entry, ...]:
    """What stands in the home, each folder of `data` and `logs` for itself. Blocks on the disk.

    A symbolic link counts as the few bytes that it is itself.
    """
    found = []
    for item in _items(home):
        if item.is_dir(follow_symlinks=False) and item.name in ("data", "logs"):
            found += [Entry((item.name, one.name), _size(one)) for one in _items(item.path)]
        else:
            found.append(Entry((item.name,), _size(item)))
    return tuple(sorted(found, key=lambda entry: entry.path))


def remove(home: Path, going: Iterable[Entry]) -> None:
    """Remove entries of the home, each whole; a link is removed, never what it leads to.

    Raises RemovalError at the first that cannot go; those before it are gone.
    """
    for entry in going:
        place = home.joinpath(*entry.path)
        _ours(home, entry.path)
        try:
            if place.is_symlink() or not place.is_dir():
                place.unlink(missing_ok=True)
            else:
                # Where the system can, it holds on to each folder while it empties it, so that a
                # link put in its place meanwhile leads nowhere.
                shutil.rmtree(place)
        except OSError as error:
            raise RemovalError(
                f"{error.filename or place} cannot be removed ({error.strerror or error}). End "
                "what uses it, or remove it by hand."
            ) from error


def _ours(home: Path, path: tuple[str, ...]) -> None:
    """Raise RemovalError unless the path leads through real folders of the home."""
    if not path or any(name in ("", ".", "..") or os.sep in name for name in path):
        raise RemovalError(f"{'/'.join(path)!r} is no place in {home}.")
    folder = home
    for name in path[:-1]:
        folder /= name
        if folder.is_symlink():
            raise RemovalError(
                f"{folder} is a link to {folder.readlink()}, which is not in the home. "
                "Nothing behind a link is removed; do it by hand."
            )


def _items(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except OSError:
        # Gone meanwhile, or not ours to read: then it holds nothing that could be counted.
        return


def _size(item: os.DirEntry[str]) -> int:
    try:
        if item.is_dir(follow_symlinks=False):
            return sum(_size(one) for one in _items(item.path))
        return item.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
