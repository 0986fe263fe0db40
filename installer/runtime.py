"""The Python that is shipped, with all packages: put together once, kept in the cache.

Owns the folder `runtime` of the installed program. It knows nothing of our own packages but where
they lie: beside it, in `app`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from installer import compiling, embeddable, trimming, wheels
from installer.cache import made_once

_PATH_FILE = (f"{embeddable.TAG}.zip", ".", "\\".join(wheels.SITE_PACKAGES.parts), "..\\app")
"""What this Python imports from; no working folder, no variable and no registry adds to it."""
_LEFT_OUT = ".left-out.json"


@dataclass(frozen=True, slots=True)
class Runtime:
    """A finished one: its folder, the bytes left out by reason, whether modules are compiled."""

    folder: Path
    left_out: dict[str, int]
    compiled: bool


def runtime() -> Runtime:
    """The shipped Python, made unless it is in the cache. Raises Unavailable."""
    sources = (embeddable, wheels, trimming, compiling)
    files = [Path(str(module.__file__)) for module in sources] + [wheels.REQUIREMENTS]
    recipe = "".join(file.read_text(encoding="utf-8") for file in (*files, Path(__file__)))
    folder = made_once("runtime", recipe, _make)
    told = json.loads((folder / _LEFT_OUT).read_text(encoding="utf-8"))
    return Runtime(folder / "runtime", told["left_out"], told["compiled"])


def _make(place: Path) -> None:
    folder = place / "runtime"
    folder.mkdir()
    embeddable.unpack(folder)
    lines = [*_PATH_FILE, "import site"]
    (folder / f"{embeddable.TAG}._pth").write_text("\n".join(lines) + "\n", encoding="ascii")
    wheels.install_shipped(folder / wheels.SITE_PACKAGES)
    left_out = trimming.trim(folder / wheels.SITE_PACKAGES)
    compiled = compiling.compile_modules(folder / wheels.SITE_PACKAGES, folder)
    told = json.dumps({"left_out": left_out, "compiled": compiled})
    (place / _LEFT_OUT).write_text(told, encoding="utf-8")
