"""A lab as a file: JSON that a person can read, write and send on.

Reading checks everything and names the place of what is wrong, such as `bindings[2].key`. Fields
that are left out have their usual value; one that is unknown is refused, since it is a slip or of
a later version.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from launcher.core.lab import AckMode, Lab, LabBinding, LabConsumer, LabMessage, LabQueue
from launcher.core.lab_error import LabError
from launcher.core.lab_headers import HeaderPairs
from launcher.core.matching import ExchangeKind, HeaderMatch

FORMAT = "celery-launcher-lab"
VERSION = 1
ENDING = ".lab.json"
LARGEST = 1_000_000
"""Bytes of a file that is read at all."""

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def write_lab(lab: Lab) -> str:
    """The file's text; `read_lab` makes the same lab of it."""
    value: dict[str, Any] = {
        FORMAT: VERSION,
        "name": lab.name,
        "note": lab.note,
        "exchange": lab.exchange.value,
        "queues": [
            _kept(name=each.name, ttl_ms=each.ttl, dead_letters_to=each.dead_letters_to)
            for each in lab.queues
        ],
        "bindings": [_binding(each, lab.exchange) for each in lab.bindings],
        "consumers": [
            {
                "name": each.name,
                "queue": each.queue,
                "ack": each.ack.value,
                "prefetch": each.prefetch,
            }
            for each in lab.consumers
        ],
        "message": _message(lab.message),
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def read_lab(raw: bytes) -> Lab:
    """The lab of a file. Raises LabError that says where it is wrong and what helps."""
    if len(raw) > LARGEST:
        raise LabError(f"The file has {len(raw):,} bytes: it is no lab.", "Choose another file.")
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LabError("The file is not UTF-8 text: it is no lab.", "Choose another.") from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise LabError(
            "The file is no JSON" + (f": see its line {line}." if line else "."),
            "Correct it, or choose another.",
        ) from error
    if not isinstance(value, dict) or FORMAT not in value:
        raise LabError("The file is no lab.", f"Choose one whose name ends with {ENDING}.")
    if value[FORMAT] != VERSION:
        raise LabError(
            f"The file is of format {str(value[FORMAT])[:20]}, this program reads {VERSION}.",
            "Update Celery Launcher.",
        )
    return _lab(_Reader(value, ""))


# -- writing -----------------------------------------------------------------------------------


def _kept(**fields: Any) -> dict[str, Any]:
    """Without what has its usual value."""
    return {name: value for name, value in fields.items() if value not in (None, "", {})}


def _binding(binding: LabBinding, kind: ExchangeKind) -> dict[str, Any]:
    made = _kept(queue=binding.queue, key=binding.key, arguments=dict(binding.arguments))
    if kind is ExchangeKind.HEADERS or binding.arguments:
        made["match"] = binding.match.value
    return made


def _message(message: LabMessage) -> dict[str, Any]:
    made = _kept(
        routing_key=message.key, headers=dict(message.headers), expires_ms=message.expiration
    )
    try:
        return {**made, "body": message.body.decode()}
    except UnicodeDecodeError:
        return {**made, "body_base64": base64.b64encode(message.body).decode()}


# -- reading -----------------------------------------------------------------------------------


class _Reader:
    """One object of the file; knows where it stands."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise LabError("It must be an object in braces.", "Correct it.", where)
        self._value: Mapping[str, Any] = value
        self._where = where
        self._known = {FORMAT} if not where else set()

    def take(self, name: str, kind: type[T], usual: T) -> T:
        self._known.add(name)
        value = self._value.get(name, usual)
        # In Python a bool is an int; in the file it is not.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise LabError(
                f"It must be {_KINDS[kind]}, not {json.dumps(value)[:40]}.",
                "Correct it.",
                self.where(name),
            )
        return value

    def number(self, name: str) -> int | None:
        """A whole number, None where there is none."""
        self._known.add(name)
        return None if self._value.get(name) is None else self.take(name, int, 0)

    def one_of(self, name: str, kind: type[E], usual: E) -> E:
        value = self.take(name, str, usual.value)
        try:
            return kind(value)
        except ValueError as error:
            offered = ", ".join(each.value for each in kind)
            raise LabError(
                f"“{value[:40]}” is none of: {offered}.", "Take one of these.", self.where(name)
            ) from error

    def headers(self, name: str) -> HeaderPairs:
        value = self.take(name, dict, {})
        for key, each in value.items():
            if not (each is None or isinstance(each, str | int | float)):
                raise LabError(
                    "A header is text, a number, true, false or null.",
                    "Correct it.",
                    f"{self.where(name)}.{key}",
                )
        return tuple(value.items())

    def each(self, name: str, make: Callable[[_Reader], T]) -> tuple[T, ...]:
        """The objects of a list."""
        values = self.take(name, list, [])
        return tuple(
            _at(f"{self.where(name)}[{number}]", make, value) for number, value in enumerate(values)
        )

    def one(self, name: str, make: Callable[[_Reader], T]) -> T:
        return _at(self.where(name), make, self.take(name, dict, {}))

    def end(self) -> None:
        """Refuse what was not asked for."""
        for name in self._value.keys() - self._known:
            raise LabError(
                f"“{name[:40]}” is not known here.",
                f"Known are: {', '.join(sorted(self._known - {FORMAT}))}.",
                self._where,
            )

    def where(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


_KINDS: Mapping[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    dict: "an object in braces",
    list: "a list in brackets",
}


def _at(where: str, make: Callable[[_Reader], T], value: Any) -> T:
    reader = _Reader(value, where)
    try:
        made = make(reader)
    except LabError as error:
        raise (error if error.where else error.at(where)) from error
    reader.end()
    return made


def _lab(reader: _Reader) -> Lab:
    made = Lab(
        name=reader.take("name", str, "My lab")[:80],
        exchange=reader.one_of("exchange", ExchangeKind, ExchangeKind.TOPIC),
        queues=reader.each("queues", _read_queue),
        bindings=reader.each("bindings", _read_binding),
        consumers=reader.each("consumers", _read_consumer),
        message=reader.one("message", _read_message),
        note=reader.take("note", str, "")[:2000],
    )
    reader.end()
    return made


def _read_queue(reader: _Reader) -> LabQueue:
    return LabQueue(
        reader.take("name", str, ""),
        reader.number("ttl_ms"),
        reader.take("dead_letters_to", str, ""),
    )


def _read_binding(reader: _Reader) -> LabBinding:
    return LabBinding(
        reader.take("queue", str, ""),
        reader.take("key", str, ""),
        reader.headers("arguments"),
        reader.one_of("match", HeaderMatch, HeaderMatch.ALL),
    )


def _read_consumer(reader: _Reader) -> LabConsumer:
    return LabConsumer(
        reader.take("name", str, ""),
        reader.take("queue", str, ""),
        reader.one_of("ack", AckMode, AckMode.BY_HAND),
        reader.take("prefetch", int, 1),
    )


def _read_message(reader: _Reader) -> LabMessage:
    body = reader.take("body", str, "")
    encoded = reader.take("body_base64", str, "")
    if body and encoded:
        raise LabError("Both body and body_base64 are given.", "Keep one of them.")
    try:
        raw = base64.b64decode(encoded, validate=True) if encoded else body.encode()
    except ValueError as error:
        raise LabError("It cannot be read.", "Correct it.", reader.where("body")) from error
    return LabMessage(
        reader.take("routing_key", str, ""),
        reader.headers("headers"),
        raw,
        reader.number("expires_ms"),
    )
