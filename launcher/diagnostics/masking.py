"""Takes secrets out of text: those that are known by their value, and what looks like one; pure.

A value is found as it is, quoted for URLs, escaped in JSON, and in Base64 as SMTP and HTTP send it.
What is known by its shape alone is masked too often rather than too seldom. Of mail addresses the
first letter and the domain stay, so that lines can still be told apart.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

MASK = "•••"
_SHORT = 6
"""A password shorter than this is masked only where it stands as a word of its own."""

_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|cookie|api_?key|auth(?:orization)?|credentials?"
    r"|sessionid|private_?key|access_?key)"
)


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
        MASK,
    ),
    # user:password@ of a URL; the user stays.
    (_shape(r"(\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]*):[^\s/]*@"), rf"\1:{MASK}@"),
    (_shape(r"\b((?:Bearer|Basic|Token)\s+)[A-Za-z0-9+/=._~-]{6,}"), rf"\1{MASK}"),
    (_shape(r"\b(AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5)\s+)[a-z0-9+/=]{4,}"), rf"\1{MASK}"),
    # name = value, "name": "value", --name value: quoted values to their end, others to the blank.
    (
        _shape(
            rf"""((?:\b|_|-)[\w-]{{0,40}}?{_NAME}[\w-]{{0,40}}["']?\s*(?:=>|[=:]|,(?=\s*<<"))\s*)"""
            r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|<<"[^"\n]*">>|[^\s,;&)\]}"']+)"""
        ),
        rf"\1{MASK}",
    ),
    (_shape(rf"(--[\w-]{{0,40}}?{_NAME}[\w-]{{0,40}}\s+)(?!-)\S+"), rf"\1{MASK}"),
    # A signed one-time login link.
    (re.compile(r"(/login/)[\w:.~=-]{8,}"), rf"\1{MASK}"),
    (re.compile(r"\beyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*"), MASK),
)
_ADDRESS = re.compile(r"(?<![\w.+'-])(\w)([\w.+'-]*)@((?:[\w-]+\.)+[A-Za-z]{2,})")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the zip: its name with forward slashes, and its whole text."""

    name: str
    text: str


class Masker:
    """Knows `secrets` by value; `home` is the user's own folder, whose name is theirs."""

    def __init__(self, secrets: Iterable[str], home: str = "") -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first: a part of a secret that is one as well must not leave the rest of it.
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._known = re.compile("|".join(map(_pattern, ordered))) if ordered else None
        self._home = home.rstrip("/\\")

    def mask(self, text: str) -> str:
        """The text without them."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        text = _ADDRESS.sub(rf"\1{MASK}@\3", text)
        return text.replace(self._home, "~") if len(self._home) > 1 else text


def _forms(secret: str) -> set[str]:
    data = secret.encode("utf-8", "surrogatepass")
    forms = {
        secret,
        quote(secret, safe="", errors="replace"),
        quote(secret, errors="replace"),
        quote_plus(secret, errors="replace"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        secret.replace("\\", "\\\\").replace('"', '\\"'),
        data.hex(),
    }
    if len(secret) >= _SHORT:
        forms |= {part for shift in range(3) if len(part := _base64_core(data, shift)) >= _SHORT}
    if len(secret.splitlines()) > 1:
        forms |= {line for line in secret.splitlines() if len(line) >= _SHORT}
    return forms


def _base64_core(data: bytes, shift: int) -> str:
    """What Base64 makes of the secret within a longer text, wherever the text before it ends."""
    encoded = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
    first = (0, 2, 3)[shift]
    # The last letter also depends on what follows.
    return encoded[first:] if (shift + len(data)) % 3 == 0 else encoded[first:-1]


def _pattern(form: str) -> str:
    if len(form) >= _SHORT:
        return re.escape(form)
    return rf"(?<!\w){re.escape(form)}(?!\w)"
