"""What is shipped is pinned: every package, by the digest of the one wheel that fits."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installer import embeddable, pinning, wheels
from installer.commands import ROOT
from installer.errors import BuildError, Unavailable

ON_WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "python_version": embeddable.MINOR,
    "extra": "",
}


def test_every_requirement_that_windows_has_is_pinned_in_the_tested_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {canonicalize_name(one.name): str(one.specifier)[2:] for one in tested}
    pins = wheels.pins()
    for line in project["dependencies"]:
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate(ON_WINDOWS):
            assert canonicalize_name(wanted.name) in pins, line
    for name, (version, _) in pins.items():
        # What only Windows needs is asked for by other packages, not by us.
        assert versions.get(name, version) == version, name
    assert {name for name in pins if name not in versions} <= {"pywin32-ctypes"}


def test_each_line_of_the_file_is_a_pin() -> None:
    lines = wheels.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if not line.startswith("#")]
    assert len(told) == len(wheels.pins()) > 40
    assert told == sorted(told)


def wheel(name: str, digit: str) -> dict[str, object]:
    return {"url": f"https://index.example/{name}", "hashes": {"sha256": digit * 64}}


def test_the_wheel_that_fits_best_is_pinned() -> None:
    package = {
        "name": "psutil",
        "version": "7.2.2",
        "wheels": [
            wheel("psutil-7.2.2-cp36-abi3-manylinux_2_17_x86_64.whl", "1"),
            wheel("psutil-7.2.2-py3-none-any.whl", "2"),
            wheel("psutil-7.2.2-cp37-abi3-win_amd64.whl", "3"),
            wheel("psutil-7.2.2-cp312-cp312-win32.whl", "4"),
            wheel("psutil-7.2.2-cp313-cp313-win_amd64.whl", "5"),
        ],
    }
    assert pinning._line(package) == f"psutil==7.2.2 --hash=sha256:{'3' * 64}"


def test_a_package_without_a_wheel_for_windows_cannot_be_shipped() -> None:
    package = {
        "name": "uvloop",
        "version": "1.0",
        "wheels": [wheel("uvloop-1.0-cp312-cp312-macosx_11_0_arm64.whl", "1")],
    }
    with pytest.raises(BuildError, match=r"uvloop 1\.0 has no wheel for Windows"):
        pinning._line(package)


def test_the_embeddable_python_is_named_by_digests() -> None:
    for digest in (embeddable.SDIST_SHA256, embeddable.ZIP_SHA256):
        assert re.fullmatch("[0-9a-f]{64}", digest)


def test_other_bytes_than_the_pinned_ones_are_not_used(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="it is not used"):
        embeddable.compare(b"something else", embeddable.ZIP_SHA256, "data.zip")
