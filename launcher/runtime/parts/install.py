"""Installing parts, from the digest to the folder that is used; nothing of them is run.

One step after the other: who says what the archive must be, the archive, its digest, its names, its
files. A part that is there already is left alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

from launcher.core.parts import Part, is_older
from launcher.platform.packages import InstallOutcome
from launcher.runtime.parts import vcruntime
from launcher.runtime.parts.archive import remove_tree, unpack
from launcher.runtime.parts.download import bring, disk_words, take_from
from launcher.runtime.parts.publisher import expected
from launcher.runtime.parts.shelf import Shelf
from launcher.runtime.parts.watching import CancelledError, PartError, Watch

Finish = Callable[[Part, Path], None]


def install(
    parts: Iterable[Part],
    shelf: Shelf,
    watch: Watch,
    source: Path | None = None,
    finish: Finish | None = None,
) -> InstallOutcome:
    """Install what is missing; blocks for minutes. What went wrong is told in the outcome.

    `source` is a folder of the user's with the archives, instead of the network; `finish` does to
    the unpacked files what must be done before they can run.
    """
    wanted = tuple(parts)
    try:
        with shelf.held():
            done = [part for part in wanted if _install(part, shelf, watch, source, finish)]
    except CancelledError:
        return InstallOutcome(
            ok=False,
            words="cancelled; what was downloaded is kept",
            remedy="Start it again: it goes on where it stopped",
            cancelled=True,
        )
    except PartError as error:
        return InstallOutcome(ok=False, words=str(error), remedy=error.remedy)
    if not done:
        return InstallOutcome(ok=True, words="everything is installed already")
    names = " and ".join(part.words for part in done)
    return InstallOutcome(ok=True, words=f"installed {names} in {shelf.root}")


def _install(
    part: Part, shelf: Shelf, watch: Watch, source: Path | None, finish: Finish | None
) -> bool:
    present = [one.version for one in shelf.installed() if one.name == part.name]
    if part.version in present:
        return False
    if newer := is_older(part, present):
        raise PartError(
            f"{part.title} {newer} is installed here, and {part.version} is older: not installed",
            f"Remove {part.title} {newer} first if you want the older one",
        )
    must_be = expected(part, watch)
    if source is None:
        archive = bring(part, must_be, shelf.downloads, watch)
    else:
        archive = take_from(source, part, must_be, shelf.downloads, watch)
    target = shelf.folder(part)
    # Without its note it is what an installation left that was ended between two steps.
    remove_tree(target)
    unpack(archive, part, target, watch)
    try:
        with disk_words(target):
            _make_movable(target)
            (finish or _finish)(part, target)
            shelf.note(part, must_be)
    except BaseException:
        remove_tree(target)
        raise
    with contextlib.suppress(OSError):
        archive.unlink()
    return True


def _finish(part: Part, folder: Path) -> None:
    if part.name == "erlang":
        vcruntime.provide(folder)


def _make_movable(folder: Path) -> None:
    """Remove `erl.ini`, which names the folder that Erlang was built in; without one it looks
    where it stands. Erlang's own archives come without since https://github.com/erlang/otp/pull/9326.
    """
    for name in ("bin/erl.ini", "erts-*/bin/erl.ini"):
        for file in folder.glob(name):
            file.unlink()
