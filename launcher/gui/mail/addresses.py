"""Addresses as they are typed and pasted: parted, made unique, and what is wrong with each; pure.

A quick check, so that a slip is seen while writing and a thousand pasted addresses cost
milliseconds; what may be sent to is the API's to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_LOCAL = 64
LONGEST_LABEL = 63

_PARTS = re.compile(r'(?:"(?:\\.|[^"\\])*"|<[^<>]*>|[^,;\n\r\t])+')
_QUOTED = re.compile(r'"[^"]*"?')
_NAMED = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^"<>]*?)\s*<(?P<address>[^<>]*)>')
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """One address as it was written; `reason` says what is wrong with it, "" when nothing is."""

    text: str
    reason: str = ""

    @property
    def key(self) -> str:
        """What makes it the same as another."""
        return bare(self.text).lower()


def parse(text: str) -> tuple[Address, ...]:
    """The addresses of a text, parted by commas, semicolons, tabs or lines, without doubles.

    Plain addresses may be parted by spaces as well.
    """
    found: dict[str, Address] = {}
    for part in _PARTS.findall(text):
        for one in _by_spaces(part.strip()):
            address = Address(one, fault(one))
            found.setdefault(address.key, address)
    return tuple(found.values())


def joined(known: Iterable[Address], more: Iterable[Address]) -> tuple[Address, ...]:
    """Both, in their order, without doubles."""
    found: dict[str, Address] = {}
    for one in (*known, *more):
        found.setdefault(one.key, one)
    return tuple(found.values())


def separated(text: str) -> bool:
    """Whether an address stands finished in a text: a separator outside of quotes, or a second."""
    plain = _QUOTED.sub("", text)
    return any(one in plain for one in ",;") or plain.count("@") > 1


def bare(text: str) -> str:
    """The address without a name before it: "Ada <ada@x.org>" is "ada@x.org"."""
    named = _NAMED.fullmatch(text)
    return named["address"].strip() if named else text


def fault(text: str) -> str:
    """What is wrong with an address, in words; "" when nothing is seen."""
    if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in text):
        return "A control character is not allowed."
    local, at, domain = bare(text).rpartition("@")
    if not at:
        return 'It has no "@".'
    return _local_fault(local) or _domain_fault(domain)


def _local_fault(local: str) -> str:
    if not local:
        return 'Nothing stands before the "@".'
    if len(local) > LONGEST_LOCAL:
        return f'More than {LONGEST_LOCAL} letters before the "@".'
    if not local.isascii():
        return 'Only ASCII letters are possible before the "@".'
    if not _LOCAL.fullmatch(local):
        wrong = next(letter for letter in local if not _LOCAL.fullmatch(letter))
        shown = "A space" if wrong == " " else f'"{wrong}"'
        return f'{shown} is not allowed before the "@".'
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return "A dot stands where none may stand."
    return ""


def _domain_fault(domain: str) -> str:
    if not domain:
        return 'The domain after the "@" is missing.'
    if domain.lower() == "localhost":
        return ""
    labels = domain.split(".")
    if len(labels) < 2:
        return "The domain needs a dot, as in example.org."
    for label in labels:
        if not label:
            return "A dot of the domain stands where none may stand."
        if len(label) > LONGEST_LABEL:
            return f"A part of the domain has more than {LONGEST_LABEL} letters."
        if label.startswith("-") or label.endswith("-"):
            return "A part of the domain begins or ends with a hyphen."
        if not all(letter.isalnum() or letter == "-" for letter in label):
            return "The domain has a letter that no domain has."
    return ""


def _by_spaces(part: str) -> list[str]:
    """Several addresses with spaces between them, or what stands there as one."""
    words = part.split()
    if len(words) > 1 and all("@" in word for word in words) and "<" not in part:
        return words
    return [one for one in re.split(r"(?<=>)\s+", part) if one]
