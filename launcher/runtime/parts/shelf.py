"""The folder of what was fetched: one folder a version, several beside each other.

`HOME/programs/FOLDER` is whole, since it got its name last; archives under way stand in
`HOME/programs/downloads`. `installed.json` in a folder says what it is and who said that it is it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launcher.core.parts import Expected, Part
from launcher.platform import current
from launcher.runtime.parts.archive import UNPACKING, remove_tree
from launcher.runtime.parts.watching import PartError

_NOTE = "installed.json"
_TO_GO = ".going-"


@dataclass(frozen=True, slots=True)
class Installed:
    """One version that stands there. `said_by` is who told its digest, at the time."""

    name: str
    version: str
    folder: Path
    sha256: str
    said_by: str


class Shelf:
    """The folder; made when something is put there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def downloads(self) -> Path:
        """Archives, whole and begun."""
        return self.root / "downloads"

    def folder(self, part: Part) -> Path:
        """Where the part stands, or will."""
        return self.root / part.folder

    def has(self, part: Part) -> bool:
        """Whether this version of the part stands there, whole."""
        return any((one.name, one.version) == (part.name, part.version) for one in self.installed())

    def installed(self) -> list[Installed]:
        """All that stands there, by name. Reads a few small files."""
        found = []
        for note in sorted(self.root.glob(f"*/{_NOTE}")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                told = json.loads(note.read_text(encoding="utf-8"))
                found.append(
                    Installed(
                        *(str(told["name"]), str(told["version"]), note.parent),
                        *(str(told["sha256"]), str(told["said_by"])),
                    )
                )
        return found

    def note(self, part: Part, expected: Expected) -> None:
        """Say what the part's folder is: from here on it counts."""
        told = {
            "name": part.name,
            "version": part.version,
            "sha256": expected.sha256,
            "said_by": expected.said_by,
            "address": part.address,
        }
        current().write_private(self.folder(part) / _NOTE, json.dumps(told, indent=1) + "\n")

    def remove(self, one: Installed) -> None:
        """Remove one version. Raises PartError where something still uses it."""
        going = self.root / f"{_TO_GO}{one.folder.name}"
        try:
            remove_tree(going)
            # By its name at first, which Windows refuses as long as a program of it runs: so it
            # goes whole or not at all.
            one.folder.rename(going)
            remove_tree(going)
        except OSError as error:
            raise PartError(
                f"{one.folder} cannot be removed: {error.strerror or error}",
                "Stop Celery Launcher, then try again",
            ) from error

    def remove_all(self) -> None:
        """Remove everything, downloads too. Raises PartError, also while something is installed."""
        if not self.root.exists():
            return
        with self.held():
            for one in self.installed():
                self.remove(one)
        try:
            remove_tree(self.root)
        except OSError as error:
            raise PartError(f"{self.root} cannot be removed: {error.strerror or error}") from error

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """For one installation at a time, and without the rests of one that was ended.

        Raises PartError where another one is under way.
        """
        try:
            self.downloads.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = current().lock(self.root / ".lock")
        except OSError as error:
            raise PartError(
                f"{self.root} cannot be written: {error.strerror or error}",
                "Make it writable, or choose another folder with --home",
            ) from error
        if lock is None:
            raise PartError("it is being installed already, by another window or terminal")
        try:
            for kind in (UNPACKING, _TO_GO):
                for rest in self.root.glob(f"{kind}*"):
                    with contextlib.suppress(OSError):
                        remove_tree(rest)
            yield
        finally:
            lock.release()
