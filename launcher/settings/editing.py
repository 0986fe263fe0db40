"""Writes single entries into the settings file and leaves comments and order as they are."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launcher.settings.lines import with_value, without_value
from launcher.settings.template import TEMPLATE
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import KEYS, SmtpProfile, entries_of

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


class NotEditableError(Exception):
    """The file cannot be changed; the message says why and what to do."""


def save_profile(path: Path, profile: SmtpProfile) -> None:
    """Add a profile, or change the entries of the one of that name. Raises NotEditableError."""

    def change(document: TOMLDocument) -> None:
        from tomlkit import table  # noqa: PLC0415 - see _edit

        smtp = document.setdefault("smtp", table(is_super_table=True))
        if profile.name not in smtp:
            smtp[profile.name] = table()
        _put(smtp[profile.name], entries_of(profile), known=KEYS)

    _edit_document(path, change)


def remove_profile(path: Path, name: str) -> None:
    """Take a profile out. Raises NotEditableError."""

    def change(document: TOMLDocument) -> None:
        document.get("smtp", {}).pop(name, None)

    _edit_document(path, change)


def save_choice(path: Path, choice: MailChoice) -> None:
    """Write the table [mail]. Raises NotEditableError."""
    wanted = {name: getattr(choice, name) for name in MailChoice.__dataclass_fields__}
    usual = MailChoice()

    def change(document: TOMLDocument) -> None:
        from tomlkit import table as empty  # noqa: PLC0415 - see _edit

        table = document.setdefault("mail", empty())
        # A default needs no line, but one that is there says what holds.
        told = {
            name: value
            for name, value in wanted.items()
            if name in table or value != getattr(usual, name)
        }
        _put(table, told, known=tuple(told))

    _edit_document(path, change)


def save_value(path: Path, entry: Sequence[str], value: Any) -> None:
    """Set one entry, such as ("ports", "django"), where the file has a place for it.

    Raises NotEditableError.
    """

    def change(text: str) -> str:
        import tomlkit  # noqa: PLC0415 - see _edit

        placed = with_value(text, entry, tomlkit.item(value).as_string())
        if placed is not None:
            return placed
        document = tomlkit.parse(text)
        table: Any = document
        for name in entry[:-1]:
            table = table.setdefault(name, tomlkit.table())
        table[entry[-1]] = value
        return tomlkit.dumps(document)

    _edit(path, change)


def remove_value(path: Path, entry: Sequence[str], default: Any) -> None:
    """Have an entry say its default again, as a line without effect. Raises NotEditableError.

    `default` is None where there is none: then the line goes.
    """

    def change(text: str) -> str:
        import tomlkit  # noqa: PLC0415 - see _edit

        if default is not None:
            commented = without_value(text, entry, tomlkit.item(default).as_string())
            if commented is not None:
                return commented
        document = tomlkit.parse(text)
        table: Any = document
        for name in entry[:-1]:
            table = table.get(name, {})
        table.pop(entry[-1], None)
        return tomlkit.dumps(document)

    _edit(path, change)


def _put(table: Any, entries: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Set the entries; what is `known` and not among them goes."""
    for key in known:
        if key in entries:
            if key not in table or table[key] != entries[key]:
                table[key] = entries[key]
        elif key in table:
            del table[key]


def _edit_document(path: Path, change: Callable[[TOMLDocument], None]) -> None:
    def change_text(text: str) -> str:
        import tomlkit  # noqa: PLC0415 - see _edit

        document = tomlkit.parse(text)
        change(document)
        return tomlkit.dumps(document)

    _edit(path, change_text)


def _edit(path: Path, change: Callable[[str], str]) -> None:
    # Most runs only read the file, and the window opens sooner without it.
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - needed where an edit fails alone

    try:
        text = path.read_bytes().decode() if path.exists() else TEMPLATE
        _replace(path, change(text))
    except (TOMLKitError, UnicodeDecodeError, TypeError, AttributeError) as error:
        # A table that is something else in the file shows itself as the last two.
        raise NotEditableError(
            f"{path} cannot be changed here while it has a mistake ({error}). Correct it first."
        ) from error
    except OSError as error:
        raise NotEditableError(
            f"{path} cannot be written ({error.strerror or error}). Make it writable."
        ) from error


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: a crash meanwhile leaves the old file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".settings-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
