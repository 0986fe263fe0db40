"""Compiles modules to byte code before they are packed, or each first start would.

It takes a Python of the same minor version, whose byte code is the same on every system: on
Windows the shipped one itself, elsewhere one that is installed here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from installer import embeddable

WITHOUT = (
    f"no Python {embeddable.MINOR} was found here, so the modules are not compiled: each part "
    "of the program starts slowly the first time"
)


def compile_modules(folder: Path, shipped: Path) -> bool:
    """Compile all below `folder`; False where no Python can. `shipped` is the folder of Windows'.

    The byte code is not compared with the sources' times, which installers and copies change.
    """
    python = str(shipped / "python.exe") if sys.platform == "win32" else _of_this_system()
    if python is None:
        return False
    how = ("-m", "compileall", "-q", "-j2", "--invalidation-mode", "unchecked-hash")
    # Names in tracebacks are those of the installed program, not of this machine.
    names = ("-s", str(folder), "-p", folder.name)
    # A module of another version's syntax, as some packages carry, is no failure of ours.
    subprocess.run([python, *how, *names, str(folder)], check=False, capture_output=True)
    return any(folder.rglob(f"*.cpython-{embeddable.MINOR.replace('.', '')}.pyc"))


@cache
def _of_this_system() -> str | None:
    version = tuple(int(part) for part in embeddable.MINOR.split("."))
    for python in _candidates():
        asked = [str(python), "-c", "import sys; print(*sys.version_info[:2])"]
        # pyenv leaves a stand-in on PATH for a version that is not switched on.
        answer = subprocess.run(asked, check=False, capture_output=True, text=True)
        if answer.returncode == 0 and tuple(map(int, answer.stdout.split())) == version:
            return str(python)
    return None


def _candidates() -> Iterator[Path]:
    name = f"python{embeddable.MINOR}"
    folders = [Path(folder) for folder in os.get_exec_path()]
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders += sorted(root.glob(f"versions/{embeddable.MINOR}*/bin"))
    yield from (place / name for place in folders if os.access(place / name, os.X_OK))
