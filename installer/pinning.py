"""Writes requirements-windows.txt: for each shipped package the one wheel that fits, by SHA-256.

Versions are those of constraints.txt, which the tests ran with. The digests are those that the
package index lists; uv reads them there while it resolves, and names each file's in PEP 751's form.
"""

from __future__ import annotations

import sys
import tomllib
from typing import Any

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from installer import embeddable
from installer.commands import run
from installer.embeddable import from_index
from installer.errors import BuildError
from installer.wheels import PLATFORM, REQUIREMENTS

_HEAD = """\
# What the Windows installer ships: made by `python -m installer pin` from pyproject.toml and
# constraints.txt. Each digest is the one that the package index lists for the wheel that fits
# Windows' Python {minor} (x86-64).
"""


def pin() -> int:
    """Write the file anew; returns how many packages it names. Raises Unavailable, BuildError."""
    lines = [_line(package) for package in _resolved()]
    text = _HEAD.format(minor=embeddable.MINOR) + "".join(f"{line}\n" for line in sorted(lines))
    REQUIREMENTS.write_text(text, encoding="utf-8", newline="\n")
    return len(lines)


def _resolved() -> list[dict[str, Any]]:
    lock = run(
        *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--format", "pylock.toml"),
        *("--python-platform", PLATFORM, "--python-version", embeddable.MINOR),
        *("--only-binary", ":all:", "--generate-hashes", "--no-header"),
        *("--constraint", "constraints.txt", "pyproject.toml"),
        what="the versions and digests of our packages could not be had",
        error=from_index,
    )
    found: list[dict[str, Any]] = tomllib.loads(lock)["packages"]
    return found


def _line(package: dict[str, Any]) -> str:
    ranks = {tag: rank for rank, tag in enumerate(_tags())}
    fitting: list[tuple[int, str]] = []
    for wheel in package.get("wheels", ()):
        name = wheel.get("name") or wheel["url"].rpartition("/")[2]
        tags = parse_wheel_filename(name)[3]
        fitting += [(ranks[tag], wheel["hashes"]["sha256"]) for tag in tags if tag in ranks]
    if not fitting:
        raise BuildError(f"{package['name']} {package['version']} has no wheel for Windows")
    return f"{package['name']}=={package['version']} --hash=sha256:{min(fitting)[1]}"


def _tags() -> list[Tag]:
    """What this Python takes, the best first."""
    version = tuple(int(part) for part in embeddable.MINOR.split("."))
    platforms = ["win_amd64"]
    interpreter = f"cp{''.join(map(str, version))}"
    return [
        *cpython_tags(version, platforms=platforms),
        *compatible_tags(version, interpreter, platforms),
    ]
