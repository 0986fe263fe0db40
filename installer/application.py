"""Our own packages as the installed program has them: the wheel, unpacked into `app`."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

from installer import compiling
from installer.commands import ROOT, run

PACKAGES = ("launcher", "celerytutorial", "send_mail")


def unpack(app: Path, shipped: Path, work: Path) -> None:
    """Fill the folder `app`; `shipped` is the Python beside it, `work` an empty folder.

    Raises BuildError.
    """
    with zipfile.ZipFile(_wheel(work)) as wheel:
        wheel.extractall(app)
    # Entries of a Linux desktop's menu.
    for data in app.glob("*.data"):
        shutil.rmtree(data)
    compiling.compile_modules(app, shipped)


def _wheel(work: Path) -> Path:
    """Built from a copy, so that the checkout gets no build folder; nothing is fetched."""
    copy = work / "source"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", str(work), str(copy)),
        what="our own wheel cannot be built",
    )
    (wheel,) = work.glob("*.whl")
    return wheel
