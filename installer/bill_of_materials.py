"""What the installed program is made of, as CycloneDX: https://cyclonedx.org/docs/1.6/json/.

Packages speak for themselves, by the metadata that lies beside them; the digest of each is that of
the wheel it came from.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from installer import embeddable, wheels
from launcher.runtime.shipped import OWN, licence

Component = dict[str, Any]
_UNKNOWN = "unknown"

_QT = Path(wheels.SITE_PACKAGES, "PySide6", "Qt6Core.dll")
# What Python's package and PySide6 bring along: the file that tells, the name, the licence.
_BROUGHT_ALONG = (
    ("libcrypto-3.dll", "openssl", "Apache-2.0"),
    ("sqlite3.dll", "sqlite", "blessing"),
    ("vcruntime140.dll", "visual-c-runtime", "Microsoft Visual C++ Runtime"),
    (str(_QT), "qt", "LGPL-3.0-only"),
)
_EXPAT = rb"expat_(\d+\.\d+\.\d+)"
"""How libexpat, which is compiled into pyexpat.pyd, tells its version."""


def write(path: Path, runtime: Path, app: Path, made: dt.datetime) -> None:
    """Write it for the folders `runtime` and `app`; `made` is the time that it names."""
    own, parts = None, [_python(), *_native(runtime)]
    for folder in (runtime / wheels.SITE_PACKAGES, app):
        for one in metadata.distributions(path=[str(folder)]):
            part = _package(one)
            if canonicalize_name(one.metadata["Name"]) == OWN:
                own = part | {"type": "application"}
            else:
                parts.append(part)
    parts.sort(key=lambda part: str(part["bom-ref"]))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": made.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "component": own,
        },
        "components": parts,
    }
    # The same parts have the same number.
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))
    told = json.dumps(bill | {"serialNumber": f"urn:uuid:{number}"}, indent=1)
    path.write_text(told + "\n", encoding="utf-8", newline="\n")


def _package(one: metadata.Distribution) -> Component:
    name = canonicalize_name(one.metadata["Name"])
    reference = f"pkg:pypi/{name}@{one.version}"
    version, digest = wheels.pins().get(name, ("", ""))
    return _component(reference, name, one.version, licence(one)) | (
        {"hashes": [{"alg": "SHA-256", "content": digest}]} if version == one.version else {}
    )


def _python() -> Component:
    version = embeddable.VERSION
    part = _component(f"pkg:generic/cpython@{version}", "cpython", version, "PSF-2.0")
    return part | {
        "cpe": f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
        "hashes": [{"alg": "SHA-256", "content": embeddable.ZIP_SHA256}],
    }


def _native(runtime: Path) -> Iterator[Component]:
    for file, name, terms in _BROUGHT_ALONG:
        version = _product_version((runtime / file).read_bytes())
        yield _component(f"pkg:generic/{name}@{version}", name, version, terms)
    found = re.search(_EXPAT, (runtime / "pyexpat.pyd").read_bytes())
    version = found[1].decode() if found else _UNKNOWN
    yield _component(f"pkg:generic/libexpat@{version}", "libexpat", version, "MIT")


def _product_version(library: bytes) -> str:
    """What the library's version information says; never a guess."""
    key = "ProductVersion\0".encode("utf-16-le")
    at = library.rfind(key)
    if at < 0:
        return _UNKNOWN
    words = library[at + len(key) : at + len(key) + 80].decode("utf-16-le", "replace")
    return words.lstrip("\0").partition("\0")[0] or _UNKNOWN


def _component(reference: str, name: str, version: str, terms: str) -> Component:
    """`terms` is the licence as the package says it, "" where it does not."""
    part: Component = {
        "type": "library",
        "bom-ref": reference,
        "purl": reference,
        "name": name,
        "version": version,
    }
    return part | ({"licenses": [{"license": {"name": terms}}]} if terms else {})
