"""The Windows wheels of our packages: the shipped ones by hash, others by constraints.txt.

With uv, which evaluates markers for the other system; `pip download --platform` does so for this
one and leaves out pywin32-ctypes, keyring's way to the Credential Manager.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

from installer import embeddable
from installer.commands import ROOT, run
from installer.embeddable import from_index

SITE_PACKAGES = Path("Lib") / "site-packages"
"""Where a Python for Windows has its packages."""
PLATFORM = "x86_64-pc-windows-msvc"
REQUIREMENTS = ROOT / "installer" / "requirements-windows.txt"
"""What is shipped: each package with its version and the SHA-256 of the one wheel that fits."""

_PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>\S+) --hash=sha256:(?P<sha256>[0-9a-f]{64})")


def pins() -> dict[str, tuple[str, str]]:
    """What is shipped: version and SHA-256 by the package's normalised name."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    found = [match for line in lines if (match := _PIN.fullmatch(line))]
    return {canonicalize_name(pin["name"]): (pin["version"], pin["sha256"]) for pin in found}


def install_shipped(target: Path) -> None:
    """Put the pinned wheels into `target`. Raises Unavailable, also where a digest differs."""
    _install(target, "--no-deps", "--require-hashes", "--requirement", str(REQUIREMENTS))


def add(target: Path, *packages: str) -> None:
    """Put more packages beside them, in the versions of constraints.txt. Raises Unavailable."""
    _install(target, "--constraint", "constraints.txt", *packages)


def _install(target: Path, *what: str) -> None:
    run(
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--link-mode", "copy"),
        *("--python-platform", PLATFORM, "--python-version", embeddable.MINOR),
        *("--only-binary", ":all:", "--target", str(target)),
        *what,
        what="the Windows wheels of our packages could not be had",
        error=from_index,
    )
    # uv's own mark, and commands for another system's Python.
    (target / ".lock").unlink(missing_ok=True)
    shutil.rmtree(target / "bin", ignore_errors=True)
