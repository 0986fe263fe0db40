"""How asking the mail API fails, in words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LARGEST_FILES = 25 * 1024 * 1024
"""Bytes that all attachments of a mail may have together; the API has the same limit."""

TOO_LARGE = "It is too large: the files of a mail may have 25.0 MiB together."


class MailRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The API understood and said no: `errors` by field, "" for what belongs to none.

    `status` is the HTTP status: 409 says that the state of things forbids it, 404 that the thing
    is gone, 413 that it is too big, 400 that what was given is wrong.
    """

    def __init__(self, errors: Mapping[str, list[str]], status: int = 400) -> None:
        self.errors = errors
        self.status = status
        parts = (
            f"{field}: {' '.join(words)}" if field else " ".join(words)
            for field, words in errors.items()
        )
        super().__init__("; ".join(parts))


class MailUnavailable(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The API could not be asked; `words` say why. Whether it did what was asked is not known."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


def refusal(given: Mapping[str, Any], status: int) -> MailRefused:
    """The API's no as an exception; `given` is its JSON."""
    detail = str(given.get("detail", "")) or f"Django answered {status}."
    named = given.get("errors")
    if not isinstance(named, Mapping):
        return MailRefused({"": [detail]}, status)
    return MailRefused(
        {
            "" if field == "non_field_errors" else field: _texts(words)
            for field, words in named.items()
        },
        status,
    )


def _texts(words: object) -> list[str]:
    """Django's words for one field, whether one, several, or nested by item."""
    if isinstance(words, Mapping):
        return [text for inner in words.values() for text in _texts(inner)]
    if isinstance(words, Sequence) and not isinstance(words, str):
        return [text for inner in words for text in _texts(inner)]
    return [str(words)]
