"""Builds the setup program: each part in order, measured."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installer import (
    application,
    bill_of_materials,
    compiling,
    executables,
    icon,
    packing,
    signing,
)
from installer.cache import link_tree
from installer.commands import ROOT, run
from installer.errors import BuildError
from installer.runtime import Runtime, runtime
from launcher import __version__

LONGEST_PATH = 180
"""Letters of a path in the program's folder: Windows takes 259 in all, of which a user's folder,
with a name of twenty letters, and ours in it take up to 79."""


@dataclass(frozen=True, slots=True)
class Built:
    """A finished setup program, and what it is made of."""

    file: Path
    bytes: int
    seconds: float
    sha256: str
    installed_bytes: int
    left_out: dict[str, int]
    signed: bool


def build(out: Path, *, fast: bool, say: Callable[[str], None]) -> Built:
    """Build into the folder `out`; `fast` takes a third of the time and makes a larger file.

    Raises Unavailable, BuildError.
    """
    began = time.monotonic()
    signer = signing.signer()
    makensis = packing.makensis()
    say(f"Packing with {makensis}; {'signed' if signer else 'not signed: no certificate is set'}")
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"CeleryLauncherSetup-{__version__}.exe"
    with tempfile.TemporaryDirectory(prefix="celery-launcher-build-") as place:
        work = Path(place)
        say("Python and the packages ...")
        shipped = runtime()
        if not shipped.compiled:
            say(compiling.WITHOUT)
        say("Our own packages and executables ...")
        stage = _stage(work, shipped, signer)
        size = sum(path.stat().st_size for path in stage.rglob("*") if path.is_file())
        say(f"Packing {size / 1e6:.0f} MB ...")
        method = packing.FAST if fast else packing.SMALL
        sign = signing.COMMAND if signer else ()
        packing.pack(stage, file, work / "app.ico", version=__version__, method=method, sign=sign)
    if signer:
        signer.sign(file)
    return Built(
        file=file,
        bytes=file.stat().st_size,
        seconds=round(time.monotonic() - began, 1),
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        installed_bytes=size,
        left_out=shipped.left_out,
        signed=signer is not None,
    )


def _stage(work: Path, shipped: Runtime, signer: signing.Signer | None) -> Path:
    """The program's folder as it will be installed."""
    stage, parts = work / "stage", work / "parts"
    stage.mkdir()
    parts.mkdir()
    link_tree(shipped.folder, stage / "runtime")
    application.unpack(stage / "app", stage / "runtime", parts)
    icon.write(work / "app.ico")
    for program in executables.build(stage, work / "app.ico", __version__, parts):
        if signer:
            signer.sign(program)
    shutil.copy(ROOT / "LICENSE", stage / "LICENSE.txt")
    made = _made_at()
    bill_of_materials.write(stage / "sbom.cdx.json", stage / "runtime", stage / "app", made)
    _check_paths(stage)
    return stage


def _check_paths(stage: Path) -> None:
    longest = max((str(path.relative_to(stage)) for path in stage.rglob("*")), key=len)
    if len(longest) > LONGEST_PATH:
        raise BuildError(f"Windows would refuse {longest}: more than {LONGEST_PATH} letters")


def _made_at() -> dt.datetime:
    """The time of the commit, so that it does not change from build to build."""
    told = os.environ.get("SOURCE_DATE_EPOCH") or run(
        "git", "log", "-1", "--format=%ct", what="the commit's time is not known"
    )
    return dt.datetime.fromtimestamp(int(told), dt.UTC)
