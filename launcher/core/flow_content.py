"""What a message is made of, in words that can be shown whatever it holds: pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 4_000
"""Characters of a body that are shown."""
_ROW = 16


@dataclass(frozen=True, slots=True)
class Content:
    """Headers and properties as pairs of words, and the body as text."""

    headers: tuple[tuple[str, str], ...]
    body: str
    note: str = ""
    """What is to be said of the body, such as that it is not UTF-8."""


def content(
    properties: Mapping[str, Any], headers: Mapping[str, Any], body: bytes, size: int | None = None
) -> Content:
    """Read a message; `size` is its whole length where `body` is only its beginning."""
    pairs = [
        (name, _words(value))
        for name, value in properties.items()
        if value not in (None, "", {}) and name not in ("headers", "application_headers")
    ]
    pairs += [(f"header {name}", _words(value)) for name, value in headers.items()]
    text, note = _readable(body)
    whole = len(body) if size is None else size
    if len(text) > LONGEST or whole > len(body):
        text = text[:LONGEST]
        note = " ".join(filter(None, (note, f"The beginning of {whole:,} bytes.")))
    return Content(
        tuple((plain(name[:100]), plain(words[:500])) for name, words in pairs[:60]),
        plain(text),
        note,
    )


def task_id(properties: Mapping[str, Any], headers: Mapping[str, Any]) -> str:
    """The id of the task that the message asks for; "" when it asks for none that is known."""
    for found in (headers.get("id"), properties.get("correlation_id")):
        if isinstance(found, str) and found:
            return found
    return ""


def plain(text: str) -> str:
    """The text with all that is not seen, but for the ends of lines, written out.

    Escapes, characters that turn the direction of writing, and halves of surrogate pairs.
    """
    if text.isprintable():
        return text
    return "".join(
        letter
        if letter.isprintable() or letter in "\n\t"
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def _words(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:
        return str(value)


def _readable(body: bytes) -> tuple[str, str]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _hexadecimal(body[: LONGEST // 4]), "Not UTF-8: shown as bytes."
    if any(letter < " " and letter not in "\n\t\r" for letter in text[:LONGEST]):
        return _hexadecimal(body[: LONGEST // 4]), "Has control characters: shown as bytes."
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1), ""
    except (ValueError, RecursionError):
        return text, ""


def _hexadecimal(body: bytes) -> str:
    return "\n".join(_lines(body))


def _lines(body: bytes) -> Iterable[str]:
    for start in range(0, len(body), _ROW):
        row = body[start : start + _ROW]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{start:04x}  {row.hex(' '):<{_ROW * 3}} {shown}"
