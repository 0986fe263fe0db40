"""The setup program: NSIS over the folder that is installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from installer import embeddable
from installer.commands import INSTALL_TOOLS, run
from installer.errors import Unavailable
from installer.executables import PUBLISHER, TERMINAL, WINDOW, numbers

_SCRIPT = Path(__file__).parent / "program" / "setup.nsi"
SMALL, FAST = "lzma", "zlib"
"""How it is compressed: for people, and for tests."""
# Debian's NSIS makes 64-bit programs; a 32-bit one does nothing in a 64-bit Wine. The official one
# for Windows makes 32-bit ones alone, which run on every Windows.
_TARGET = "x86-unicode" if sys.platform == "win32" else "amd64-unicode"


def pack(
    stage: Path, out: Path, icon: Path, *, version: str, method: str, sign: Sequence[str] = ()
) -> None:
    """Write the setup program `out` for the folder `stage`; `sign` signs what is put behind it.

    Raises Unavailable, BuildError.
    """
    defines = {
        "VERSION": version,
        "NUMBERS": numbers(version).replace(",", "."),
        "PUBLISHER": PUBLISHER,
        "FILES": str(stage / "*"),
        "ICON": str(icon),
        "OUT": str(out),
        "TARGET": _TARGET,
        "METHOD": method,
        "WINDOW": WINDOW,
        "TERMINAL": TERMINAL,
        "PYTHON_DLL": f"{embeddable.TAG}.dll",
    }
    if sign:
        defines["SIGN"] = " ".join(f'"{word}"' for word in (*sign, "%1"))
    run(
        *(makensis(), "-V2", "-NOCD", "-INPUTCHARSET", "UTF8", "-WX"),
        *(f"-D{name}={value}" for name, value in defines.items()),
        str(_SCRIPT),
        what="the setup program cannot be packed",
    )


def makensis() -> str:
    """The path of NSIS' compiler. Raises Unavailable."""
    usual = Path(os.environ.get("PROGRAMFILES(X86)", "")) / "NSIS" / "makensis.exe"
    found = shutil.which("makensis") or (str(usual) if usual.is_file() else None)
    if found is None:
        remedy = "install it from nsis.sourceforge.io" if sys.platform == "win32" else INSTALL_TOOLS
        raise Unavailable("NSIS (makensis) is not installed", remedy)
    return found
