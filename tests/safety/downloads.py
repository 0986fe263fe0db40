"""S8: what the launcher fetches is https, is what it should be, and stays in its folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from launcher.core.parts import Part, faults
from launcher.platform.packages import InstallOutcome
from launcher.runtime.parts import pins
from launcher.runtime.parts.install import install
from launcher.runtime.parts.shelf import Shelf
from launcher.runtime.parts.watching import Watch
from tests.helpers.publisher import (
    BAD_ARCHIVES,
    BAD_NAMES,
    ERLANG_FILES,
    WRONGS,
    Publisher,
    Ways,
    zipped,
)
from tests.safety.trying import Attempts

_VERSION = "27.3.4.17"


def s8() -> dict[str, Any]:
    """Every way in which a download can be wrong, each on a folder of its own, nothing used."""
    attempts = Attempts("S8")
    base = Path(tempfile.mkdtemp(prefix="celery-launcher-s8-"))
    try:
        with Publisher(base / "certificates") as publisher, trusting(publisher):
            right(publisher, base, attempts)
            published_wrongly(publisher, base, attempts)
            archives_that_lead_astray(publisher, base, attempts)
            too_much(publisher, base, attempts)
            not_encrypted(publisher, base, attempts)
            downgrade(publisher, base, attempts)
        shipped(attempts)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return attempts.result()


@contextlib.contextmanager
def trusting(publisher: Publisher) -> Iterator[None]:
    """This process trusts the publisher's authority, and no proxy stands between."""
    changed = {"SSL_CERT_FILE": str(publisher.authority), "NO_PROXY": "*"}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def right(publisher: Publisher, base: Path, attempts: Attempts) -> None:
    """What is right is installed, or nothing of the rest would mean anything."""
    for pinned in (True, False):
        shelf = Shelf(base / f"right-{pinned}")
        outcome = run(publisher.parts(pinned=pinned), shelf)
        attempts.note(f"right, and refused: {outcome}", through=not outcome.ok)
        attempts.count("installed")


def published_wrongly(publisher: Publisher, base: Path, attempts: Attempts) -> None:
    """Flipped, cut, longer, redirected, unlisted, without a digest."""
    for number, wrong in enumerate(WRONGS):
        publisher.ways = Ways()
        parts = publisher.parts(pinned=wrong.pinned)
        wrong.done_by(publisher, parts[0])
        refused(parts, base / f"wrong-{number}", str(wrong), attempts)
    publisher.ways = Ways()


def archives_that_lead_astray(publisher: Publisher, base: Path, attempts: Attempts) -> None:
    """The digest is right, and the archive is not: by one name, or as a whole."""
    for number, name in enumerate(BAD_NAMES):
        part = publisher.part("erlang", _VERSION, zipped(ERLANG_FILES, **{name: b"evil"}))
        refused([part], base / f"name-{number}", repr(name), attempts)
        attempts.count("names")
    for number, (data, words) in enumerate(BAD_ARCHIVES):
        part = publisher.part("erlang", _VERSION, data)
        refused([part], base / f"archive-{number}", words, attempts)
    outside = [path for path in base.rglob("*evil*") if path.is_file()]
    attempts.note(f"a file of a refused archive: {outside}", through=bool(outside))


def too_much(publisher: Publisher, base: Path, attempts: Attempts) -> None:
    """More than the cap, announced and not."""
    part = publisher.part("erlang", _VERSION, os.urandom(300_000), pinned=False, largest=200_000)
    for length in (None, 100_000):
        publisher.ways = Ways(length=length)
        refused([part], base / f"much-{length}", f"more than the cap, {length}", attempts)
    publisher.ways = Ways()


def not_encrypted(publisher: Publisher, base: Path, attempts: Attempts) -> None:
    """Addresses and listings that are not https, and a certificate that nobody vouches for."""
    erlang, _ = publisher.parts()
    plain = publisher.plain_address + erlang.address.removeprefix(publisher.address)
    for number, part in enumerate(
        (
            replace(erlang, address=plain),
            replace(erlang, address="file:///etc/passwd.zip"),
            replace(erlang, sha256="", listing=f"{publisher.plain_address}/listing/erlang"),
        )
    ):
        attempts.note(f"no fault in {part.address}", through=not faults(part))
        refused([part], base / f"plain-{number}", part.address, attempts)
    before = os.environ.pop("SSL_CERT_FILE")
    try:
        refused([erlang], base / "unknown", "an unknown authority", attempts)
    finally:
        os.environ["SSL_CERT_FILE"] = before


def downgrade(publisher: Publisher, base: Path, attempts: Attempts) -> None:
    """An older version is not put where a newer one stands."""
    shelf = Shelf(base / "downgrade")
    newer = {**ERLANG_FILES, "releases/27/OTP_VERSION": b"27.9"}
    assert run([publisher.part("erlang", "27.9", newer)], shelf).ok
    outcome = run([publisher.part("erlang", _VERSION, ERLANG_FILES)], shelf)
    versions = [one.version for one in shelf.installed()]
    attempts.note(f"a downgrade: {outcome} {versions}", through=versions != ["27.9"])


def shipped(attempts: Attempts) -> None:
    """The pins of this version: nothing wrong with them, and a record beside each fact."""
    for part in pins.shipped():
        attempts.note(f"{part.words}: {faults(part)}", through=bool(faults(part)))
        attempts.figures[f"{part.name}_digest"] = "pinned" if part.sha256 else "the publisher's own"


def refused(parts: Any, folder: Path, what: str, attempts: Attempts) -> None:
    """Nothing of it is used, and words and a remedy say so."""
    shelf = Shelf(folder)
    outcome = run(parts, shelf)
    used = [path.name for path in folder.glob("*") if path.name not in ("downloads", ".lock")]
    whole = [path.name for path in shelf.downloads.glob("*.zip")] if outcome.ok else []
    said = bool(outcome.words and outcome.remedy)
    attempts.note(f"{what}: {outcome} {used} {whole}", through=outcome.ok or bool(used) or not said)
    attempts.count("refused_in_words")


def run(parts: Any, shelf: Shelf) -> InstallOutcome:
    """Install without what only Windows can do at the end."""
    return install(parts, shelf, Watch(lambda _: None), finish=_nothing)


def _nothing(part: Part, folder: Path) -> None:
    del part, folder
