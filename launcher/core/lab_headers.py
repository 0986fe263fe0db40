"""Headers as one line of text, `format = pdf, pages = 3, urgent`, to and from their values.

A bare word is text; a number, true, false and "quoted text" are what JSON takes them for; a name
without a value is a void header, in a binding "any value".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable

from launcher.core.lab_error import LabError
from launcher.core.matching import HeaderValue

HeaderPairs = tuple[tuple[str, HeaderValue], ...]

LARGEST_NUMBER = 2**31 - 1
"""Whole numbers beyond it travel as a kind that RabbitMQ does not know."""
LONGEST_LINE = 4096
LONGEST_NAME = 255
"""Bytes, of AMQP's short strings."""
_RESERVED = {
    "x-match": "It says how headers are compared and has a column of its own.",
    "CC": "RabbitMQ takes it for further routing keys, which a lab does not show.",
    "BCC": "RabbitMQ takes it for further routing keys, which a lab does not show.",
}
_PIECE = re.compile(
    r"""\s*(?P<name>[^=,"]*?)\s*
        (?:=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^,"]*?)\s*)?
        (?:,|$)""",
    re.VERBOSE,
)


def parse_headers(text: str) -> HeaderPairs:
    """The headers that a line says, in its order. Raises LabError that quotes what is wrong."""
    if len(text) > LONGEST_LINE:
        raise LabError(f"The line is longer than {LONGEST_LINE} letters.", "Use fewer headers.")
    found: list[tuple[str, HeaderValue]] = []
    at = 0
    while text[at:].strip():
        piece = _PIECE.match(text, at)
        if piece is None or piece.end() == at:
            raise LabError(
                f"“{text[at : at + 30].strip()}” is no header.",
                "Write name = value, with commas between headers.",
            )
        if not piece["name"]:
            raise LabError("A header has no name.", "Write name = value, commas between headers.")
        found.append((piece["name"], _value(piece["value"])))
        at = piece.end()
    return check_headers(found)


def shown_headers(pairs: Iterable[tuple[str, HeaderValue]]) -> str:
    """The line that `parse_headers` reads as these headers."""
    return ", ".join(
        name if value is None else f"{name} = {_written(value)}" for name, value in pairs
    )


def check_headers(pairs: Iterable[tuple[str, HeaderValue]]) -> HeaderPairs:
    """The same headers. Raises LabError for what RabbitMQ would not take as one is meant."""
    kept = tuple(pairs)
    names = [name for name, _ in kept]
    for name, value in kept:
        if not name or not fits_utf8(name, LONGEST_NAME):
            raise LabError(
                f"A header's name may have 1 to {LONGEST_NAME} bytes.", "Take a shorter name."
            )
        if name in _RESERVED:
            raise LabError(f"A header cannot be named {name} here.", _RESERVED[name])
        if names.count(name) > 1:
            raise LabError(f"The header {name} is there twice.", "Give each header once.")
        _check_value(name, value)
    return kept


def fits_utf8(text: str, most: int) -> bool:
    """Whether it can be sent as UTF-8 of at most so many bytes."""
    try:
        return len(text.encode()) <= most
    except UnicodeEncodeError:
        return False


def _check_value(name: str, value: HeaderValue) -> None:
    match value:
        case str() if not fits_utf8(value, 4096):
            raise LabError(f"The header {name} is longer than 4096 bytes.", "Shorten its value.")
        case bool() | None | str():
            return
        case int() if abs(value) > LARGEST_NUMBER:
            raise LabError(
                f"The number of the header {name} is too large for RabbitMQ to compare.",
                f'Take one up to {LARGEST_NUMBER}, or text: "{value}".'[:120],
            )
        case float() if not math.isfinite(value):
            raise LabError(f"The header {name} is no number that can be sent.", "Write it as text.")


def _value(text: str | None) -> HeaderValue:
    if text is None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if text.startswith('"'):
            raise LabError(
                f"{text[:30]} is not closed as text is.", 'Write it as "text".'
            ) from None
        return text
    return value if isinstance(value, str | int | float) else text


def _written(value: HeaderValue) -> str:
    if isinstance(value, str):
        plain = value == value.strip() and value and not re.search(r'[=,"\\]', value)
        return value if plain and _value(value) == value else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
