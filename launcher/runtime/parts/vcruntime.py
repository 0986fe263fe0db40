"""Microsoft's C++ runtime, which Erlang's programs need and its archive does not bring.

A Windows without it says "VCRUNTIME140.dll was not found". Python's own copies, and Qt's, may stand
beside a program that needs them: what the system lacks is copied from there.
https://learn.microsoft.com/cpp/windows/determining-which-dlls-to-redistribute
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from launcher.runtime.parts.watching import PartError

REQUIRED = ("vcruntime140.dll",)
"""https://github.com/erlang/otp/issues/4227 tells which one is missed."""
USEFUL = ("vcruntime140_1.dll", "msvcp140.dll", "msvcp140_1.dll")
"""Taken along where they are at hand: programs made with the same compiler may want them."""
BY_HAND = "winget install --id Microsoft.VCRedist.2015+.x64 --exact"


def provide(
    erlang: Path, system: Path | None = None, sources: Iterable[Path] | None = None
) -> list[Path]:
    """Put what `system` lacks beside erl.exe; returns what was put there. Raises PartError."""
    system = system or Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32"
    at_hand = list(_own_folders() if sources is None else sources)
    places = [erlang / "bin", *sorted(erlang.glob("erts-*/bin"))]
    put = []
    for name in (*REQUIRED, *USEFUL):
        if (system / name).exists():
            continue
        found = next((folder / name for folder in at_hand if (folder / name).exists()), None)
        if found is None:
            if name in REQUIRED:
                raise PartError(
                    f"Erlang needs Microsoft's {name}, which this Windows does not have", BY_HAND
                )
            continue
        for place in places:
            shutil.copyfile(found, place / name)
            put.append(place / name)
    return put


def _own_folders() -> list[Path]:
    folders = [Path(sys.executable).parent, Path(sys.base_prefix)]
    for package in ("PySide6", "shiboken6"):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            folders += map(Path, spec.submodule_search_locations)
    return folders
