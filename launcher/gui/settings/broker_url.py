"""The URL of a broker as it may be seen: its password as stars."""

from __future__ import annotations

import re

STARS = "****"
_PASSWORD = re.compile(r"(?<=:)(?P<password>[^@/:]*)(?=@)")


def masked(url: str) -> str:
    """The URL without its password; stars say that there is one."""
    scheme, slashes, rest = url.partition("://")
    found = _PASSWORD.search(rest) if slashes else None
    if found is None or not found["password"]:
        return url
    return f"{scheme}://{rest[: found.start()]}{STARS}{rest[found.end() :]}"


def unmasked(text: str, known: str) -> str:
    """What was typed, with the password of the known URL where the stars still stand."""
    scheme, slashes, rest = text.strip().partition("://")
    found = _PASSWORD.search(rest) if slashes else None
    before = _PASSWORD.search(known.partition("://")[2])
    if found is None or before is None or found["password"] != STARS:
        return text.strip()
    return f"{scheme}://{rest[: found.start()]}{before['password']}{rest[found.end() :]}"
