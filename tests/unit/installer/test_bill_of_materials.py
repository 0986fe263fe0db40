"""The bill of materials names what is shipped, by what the packages say of themselves."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from installer import bill_of_materials, embeddable, wheels

MADE = dt.datetime(2026, 3, 14, 13, 12, tzinfo=dt.UTC)


def package(folder: Path, name: str, version: str, licence: str = "") -> None:
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
    lines += [f"License-Expression: {licence}"] if licence else []
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def bill(tmp_path: Path) -> dict[str, Any]:
    runtime, app = tmp_path / "runtime", tmp_path / "app"
    packages = runtime / wheels.SITE_PACKAGES
    package(packages, "Django", wheels.pins()["django"][0], "BSD-3-Clause")
    package(packages, "celery", "0.0.1")
    package(app, "celery-launcher", "0.1.0", "MIT")
    (packages / "PySide6").mkdir()
    for file, _, _ in bill_of_materials._BROUGHT_ALONG:
        (runtime / file).write_bytes(b"nothing that tells")
    resource = "..ProductVersion\0\0003.0.15\0..".encode("utf-16-le")
    (runtime / "libcrypto-3.dll").write_bytes(b"MZ" + resource)
    (runtime / "pyexpat.pyd").write_bytes(b"..expat_2.6.4..")
    bill_of_materials.write(tmp_path / "sbom.cdx.json", runtime, app, MADE)
    told: dict[str, Any] = json.loads((tmp_path / "sbom.cdx.json").read_text(encoding="utf-8"))
    return told


def test_it_is_of_our_program_at_the_time_of_its_commit(bill: dict[str, Any]) -> None:
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["timestamp"] == "2026-03-14T13:12:00Z"
    own = bill["metadata"]["component"]
    assert (own["type"], own["purl"]) == ("application", "pkg:pypi/celery-launcher@0.1.0")


def test_each_package_has_its_licence_and_the_digest_of_its_wheel(bill: dict[str, Any]) -> None:
    parts = {part["name"]: part for part in bill["components"]}
    assert parts["django"]["licenses"] == [{"license": {"name": "BSD-3-Clause"}}]
    version, digest = wheels.pins()["django"]
    assert parts["django"]["purl"] == f"pkg:pypi/django@{version}"
    assert parts["django"]["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert "hashes" not in parts["celery"], "another version than the pinned one"
    assert "licenses" not in parts["celery"]


def test_python_and_what_comes_with_it_are_named(bill: dict[str, Any]) -> None:
    versions = {part["name"]: part["version"] for part in bill["components"]}
    assert versions["cpython"] == embeddable.VERSION
    assert versions["openssl"] == "3.0.15"
    assert versions["libexpat"] == "2.6.4"
    assert versions["sqlite"] == "unknown", "never a guess"
    references = [part["bom-ref"] for part in bill["components"]]
    assert len(set(references)) == len(references)
