"""The programs that can be fetched: what is pinned of each, and what of a pin must be refused.

A part is one official archive of one version. Owns no address and no digest: they stand in
`launcher/runtime/parts/pins.toml`, each beside the public record it was read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from launcher.core.checks import Verdict, check_pair, version_tuple


@dataclass(frozen=True, slots=True)
class Part:
    """One archive. A digest or size that no public record tells is "" or 0, never a guess.

    `listing` is the publisher's own list of the release (JSON), asked where no digest is pinned.
    `top` is the folder that the archive holds everything in, "" where there is none; `needs` are
    files that must be there once it is unpacked. `largest` and `largest_unpacked` are bytes, and
    what is larger is refused: limits of ours, no facts about the archive.
    """

    name: str
    title: str
    version: str
    address: str
    listing: str
    folder: str
    needs: tuple[str, ...]
    top: str = ""
    sha256: str = ""
    sha256_record: str = ""
    size: int = 0
    size_record: str = ""
    address_record: str = ""
    largest: int = 400_000_000
    largest_unpacked: int = 2_000_000_000

    @property
    def file(self) -> str:
        """The archive's own name, the end of its address."""
        return self.address.rpartition("/")[2]

    @property
    def words(self) -> str:
        """Such as "Erlang 27.3.4"."""
        return f"{self.title} {self.version}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an archive must be, and who says so; `size` 0 is not told."""

    sha256: str
    size: int
    said_by: str


_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def faults(part: Part) -> tuple[str, ...]:
    """What is wrong with a pin, in words; a part with a fault is not fetched."""
    found = []
    for what, address in (("address", part.address), ("listing", part.listing)):
        if urlsplit(address).scheme != "https" or not urlsplit(address).hostname:
            found.append(f"its {what} does not begin with https://")
    if part.sha256 and not is_digest(part.sha256):
        found.append("its SHA-256 is not 64 hexadecimal digits")
    if part.sha256 and not part.sha256_record:
        found.append("it does not say where its SHA-256 was read")
    if part.size and not part.size_record:
        found.append("it does not say where its size was read")
    if not part.address_record:
        found.append("it does not say where its address was read")
    if part.size < 0 or part.size > part.largest:
        found.append("its size is out of bounds")
    for what, name in (("file", part.file), ("folder", part.folder)):
        if not _PLAIN_NAME.fullmatch(name):
            found.append(f"its {what} has no plain name")
    return tuple(found)


def is_digest(text: str) -> bool:
    """Whether this is a SHA-256 as we write it: 64 lower-case hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def fit_together(parts: Iterable[Part]) -> bool:
    """Whether the vendor's table allows this RabbitMQ on this Erlang."""
    versions = {part.name: part.version for part in parts}
    return (
        check_pair(versions.get("rabbitmq", ""), versions.get("erlang", "")).verdict is Verdict.OK
    )


def is_older(part: Part, present: Iterable[str]) -> str:
    """The newest version of `present` where it is newer than the part, else ""."""
    newest = max(present, key=version_tuple, default="")
    return newest if newest and version_tuple(newest) > version_tuple(part.version) else ""
