"""What this program is made of: its packages with version and licence, from their own metadata."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from launcher import __version__
from launcher.runtime.process import program_folder

OWN = "celery-launcher"


@dataclass(frozen=True, slots=True)
class Package:
    """One package as it says of itself; `licence` is "" where it says nothing."""

    name: str
    version: str
    licence: str


def packages() -> tuple[Package, ...]:
    """Ours first, then all that it needs and that is installed, by name. Reads files: blocks."""
    found: dict[str, Package] = {}
    waiting = list(_requirements())
    while waiting:
        name = waiting.pop()
        if _normal(name) in found:
            continue
        try:
            one = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            # For another system, or an extra that nobody asked for.
            continue
        found[_normal(name)] = Package(one.metadata["Name"], one.version, licence(one))
        waiting += _names(one.requires or ())
    own = Package("Celery Launcher", __version__, str(_project().get("license", "MIT")))
    return (own, *sorted(found.values(), key=lambda package: package.name.lower()))


def version_of(name: str) -> str:
    """The version of a package, "" when it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def releases_page() -> str:
    """Where this build's publisher lists its releases, "" when it does not say."""
    try:
        urls = metadata.metadata(OWN).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        urls = [f"{label}, {url}" for label, url in _project().get("urls", {}).items()]
    for entry in urls:
        label, _, url = str(entry).partition(", ")
        if label.lower() == "releases" and url.startswith("https://"):
            return url
    return ""


def _requirements() -> Iterable[str]:
    """What we ask for; a checkout that was not installed says it in pyproject.toml."""
    try:
        asked = metadata.requires(OWN) or []
    except metadata.PackageNotFoundError:
        asked = _project().get("dependencies", [])
    return _names(asked)


def _project() -> dict[str, Any]:
    """The table [project] of a checkout, {} in an installation."""
    file: Path = program_folder() / "pyproject.toml"
    if not file.is_file():
        return {}
    found = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    return found if found.get("name") == OWN else {}


def _names(requirements: Iterable[str]) -> list[str]:
    """The packages of requirements, without those that only an extra asks for."""
    names = []
    for line in requirements:
        wanted, _, marker = line.partition(";")
        match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", wanted.strip())
        if match and "extra ==" not in marker and "extra==" not in marker:
            names.append(match.group())
    return names


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(one: metadata.Distribution) -> str:
    """The expression, else the short name, else what the classifiers say; "" where nothing does."""
    told = _first(one, "License-Expression")
    short = _first(one, "License")
    if not told and short and "\n" not in short and len(short) < 70 and short != "UNKNOWN":
        told = short
    classified = [
        each.rpartition(" :: ")[2]
        for each in one.metadata.get_all("Classifier") or []
        if each.startswith("License ::")
    ]
    return told or ", ".join(classified)


def _first(one: metadata.Distribution, field: str) -> str:
    return str((one.metadata.get_all(field) or [""])[0]).strip()
