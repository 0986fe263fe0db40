"""Windows' Python for the tests: the installer's own parts, all of Qt, and pytest beside them.

What is fetched, by which digest and where that was read stands in `installer.embeddable` and in
installer/requirements-windows.txt. What only the tests need comes in the versions of
constraints.txt.
"""

from __future__ import annotations

from pathlib import Path

from installer import compiling, embeddable, wheels
from installer.cache import made_once
from installer.errors import Unavailable
from tests.helpers.measuring import NotMeasured
from tests.helpers.programs import ROOT

TEST_PACKAGES = ("pytest", "pytest-timeout")
"""What the tests inside need, beside the project's own requirements."""


def windows_python() -> Path:
    """The folder of the Windows Python with all packages. Raises NotMeasured."""
    files = [Path(str(module.__file__)) for module in (embeddable, wheels, compiling)]
    files += [wheels.REQUIREMENTS, ROOT / "constraints.txt", Path(__file__)]
    try:
        recipe = "".join(file.read_text(encoding="utf-8") for file in files)
        return made_once("python", recipe, _make)
    except Unavailable as failure:
        raise NotMeasured(failure.reason, failure.remedy) from failure


def _make(place: Path) -> None:
    embeddable.unpack(place)
    leave_out_wmi(place)
    # Without its path file this Python finds its packages as an installed one does, and heeds
    # PYTHONPATH and the working folder.
    (place / f"{embeddable.TAG}._pth").unlink()
    packages = place / wheels.SITE_PACKAGES
    wheels.install_shipped(packages)
    wheels.add(packages, *TEST_PACKAGES)
    compiling.compile_modules(packages, place)


def leave_out_wmi(python: Path) -> None:
    """Make `platform` work in Wine: it asks the Windows Management Instrumentation by this module,
    which Wine answers by crashing; without it, it reads the version elsewhere.
    """
    (python / "_wmi.pyd").unlink()
