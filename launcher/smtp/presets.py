"""What is known of common providers: presets.toml beside this file, each entry with its record."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources

from launcher.smtp.profile import Security


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider. `hint` says which login it wants; `record` is its own page that says so.

    `hosts` is a pattern of all its servers, as `fnmatch` reads it.
    """

    name: str
    title: str
    host: str
    port: int
    security: Security
    hint: str
    record: str
    user: str
    hosts: str


@functools.cache
def presets() -> Mapping[str, Preset]:
    """All providers by name, in the order of the file."""
    text = resources.files("launcher.smtp").joinpath("presets.toml").read_text(encoding="utf-8")
    return {
        name: Preset(
            name=name,
            title=entry["title"],
            host=entry["host"],
            port=entry["port"],
            security=Security(entry["security"]),
            hint=entry["hint"],
            record=entry["record"],
            user=entry.get("user", ""),
            hosts=entry.get("hosts", entry["host"]),
        )
        for name, entry in tomllib.loads(text).items()
    }


def preset_of(host: str) -> Preset | None:
    """The provider whose server this is, if it is one of those known."""
    wanted = host.lower().rstrip(".")
    return next((one for one in presets().values() if fnmatchcase(wanted, one.hosts)), None)
