"""What an archive must be: by its pin, else by the publisher's own list of the release."""

from __future__ import annotations

import json
from typing import Any

from launcher.core.parts import Expected, Part, is_digest
from launcher.runtime.parts import net
from launcher.runtime.parts.watching import PartError, Watch

_LARGEST = 8_000_000
"""Bytes of a listing; Erlang's are about a tenth of it."""


def expected(part: Part, watch: Watch) -> Expected:
    """Digest and size of the part's archive. Asks the publisher only where no digest is pinned.

    Raises PartError where neither tells one: then nothing is fetched.
    """
    if part.sha256:
        return Expected(part.sha256, part.size, "the digest that this program was made with")
    watch.tell(f"Asking {net.host(part.listing)} for the digest of {part.words}")
    return of_listing(part, _listing(part))


def of_listing(part: Part, listing: Any) -> Expected:
    """Digest and size as a release listing of GitHub's tells them.

    `assets[].digest` is `sha256:HEX`, computed by GitHub when the publisher uploaded the file.
    https://docs.github.com/rest/releases/assets. Raises PartError.
    """
    assets = listing.get("assets") if isinstance(listing, dict) else None
    found = [
        asset
        for asset in assets or ()
        if isinstance(asset, dict) and asset.get("browser_download_url") == part.address
    ]
    if len(found) != 1:
        raise _unknown(part, f"the publisher's list of the release does not have {part.file}")
    kind, _, digest = str(found[0].get("digest") or "").partition(":")
    size = found[0].get("size")
    if kind != "sha256" or not is_digest(digest) or not isinstance(size, int) or size <= 0:
        raise _unknown(part, f"the publisher's list tells no SHA-256 of {part.file}")
    if part.size and size != part.size:
        raise PartError(
            f"the publisher's list says that {part.file} has {size} bytes, and this program was "
            f"made with {part.size}: it is another file now, so it was not taken",
            "Install a newer Celery Launcher, or RabbitMQ by hand",
        )
    return Expected(digest, size, "the publisher's list of the release")


def _listing(part: Part) -> Any:
    text = net.read(part.listing, {"Accept": "application/vnd.github+json"}, _LARGEST)
    try:
        return json.loads(text)
    except ValueError as error:
        raise _unknown(part, "the publisher's list of the release cannot be read") from error


def _unknown(part: Part, why: str) -> PartError:
    return PartError(
        f"nothing tells what {part.words} must be, so it was not taken: {why}",
        "Install a newer Celery Launcher, or RabbitMQ by hand",
    )
