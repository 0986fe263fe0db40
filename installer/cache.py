"""Where what was fetched and made for Windows is kept, and how a part of it is made once.

For builds and for tests/windows. The folder is `~/.cache/celery-launcher-windows` (XDG_CACHE_HOME
moves it); removing it only costs the time to make it anew, about three minutes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from launcher.platform import current


def folder() -> Path:
    """The cache folder, made."""
    place = platformdirs.user_cache_path("celery-launcher-windows", appauthor=False)
    place.mkdir(parents=True, exist_ok=True)
    return place


def made_once(name: str, recipe: str, make: Callable[[Path], None]) -> Path:
    """The folder `name-DIGEST`, filled by `make` unless that was done; `recipe` is what it is of.

    Of two processes that ask at once the second waits for the first. A folder that was not
    finished is made anew; those of other recipes are removed, or the cache would grow for ever.
    """
    cache = folder()
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    place = cache / f"{name}-{digest}"
    with _alone(cache / f"{name}.lock"):
        if (place / ".made").exists():
            return place
        for old in cache.glob(f"{name}-*"):
            shutil.rmtree(old)
        place.mkdir()
        make(place)
        (place / ".made").touch()
    return place


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock on `path`; waits for whoever holds it."""
    pause = threading.Event()
    while (lock := current().lock(path)) is None:
        pause.wait(0.2)
    try:
        yield
    finally:
        lock.release()


def link_tree(source: Path, target: Path) -> None:
    """Copy a tree by hard links: for large files that nobody writes to in place."""
    shutil.copytree(source, target, symlinks=True, copy_function=_link)


def _link(source: str, target: str) -> None:
    os.link(source, target, follow_symlinks=False)
