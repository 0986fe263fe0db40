"""Lists of recipients: from pasted lines or CSV to entries, each bad line named, none swallowed."""

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from send_mail import validation

ADDRESS_COLUMNS = ("address", "email", "e-mail", "mail", "to")
DELIMITERS = ",;\t"
LONGEST_RECORD = 50  # lines that a quoted value may span


@dataclass(frozen=True)
class Entry:
    """One recipient: the line (or place) in the list, the address, values for the variables."""

    line: int
    address: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """A line that cannot be sent to, and why."""

    line: int
    value: str
    reason: str

    def words(self) -> str:
        """Return it as a sentence."""
        return f"Line {self.line}: {self.reason}"


def decoded(data: bytes) -> str:
    """Return a file's text: UTF-8, or what spreadsheets write else.

    Raises ValidationError for what is no text.
    """
    wide = data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    for encoding in ("utf-8-sig", "utf-16" if wide else "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    msg = "This file is no text that can be read; save it as CSV in UTF-8."
    raise ValidationError(msg)


def from_text(text: str) -> Iterator[Entry | Refused]:
    """Yield what a list says: CSV, or addresses alone, where the first line has one already."""
    lines = text.removeprefix("\ufeff").splitlines()
    first = next((line for line in lines if line.strip()), "")
    return _from_lines(lines) if "@" in first else from_csv(text)


def from_csv(text: str) -> Iterator[Entry | Refused]:
    """Yield what each record of *text* says; its first line names the columns.

    Raises ValidationError when that line has no column of addresses.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    delimiter = max(DELIMITERS, key=lines[0].count) if lines else ","
    names = [name.strip() for name in _record(lines[0], delimiter) or []] if lines else []
    columns = [n for n, name in enumerate(names) if name.casefold() in ADDRESS_COLUMNS]
    if not columns:
        msg = "The first line has to name the columns; one of them is address, email or to."
        raise ValidationError({"csv": [msg]})
    at = 1
    while at < len(lines):
        size, values = _next(lines, at, delimiter)
        if values is None:
            yield Refused(at + 1, lines[at][:200], "A quotation mark is opened and not closed.")
        elif len(values) > len(names):
            reason = f"It has {len(values)} values, and the first line names {len(names)} columns."
            yield Refused(at + 1, lines[at][:200], reason)
        elif any(value.strip() for value in values):
            values += [""] * (len(names) - len(values))
            yield Entry(at + 1, values[columns[0]].strip(), dict(zip(names, values, strict=True)))
        at += size


def from_rows(rows: list[dict[str, Any]]) -> Iterator[Entry | Refused]:
    """Yield entries of ``{"address", "variables"}``."""
    for place, row in enumerate(rows, 1):
        yield Entry(place, row["address"], row.get("variables", {}))


def _from_lines(lines: list[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        for address in validation.separated(line):
            yield Entry(number, address)


def _next(lines: list[str], at: int, delimiter: str) -> tuple[int, list[str] | None]:
    """Return how many lines the record takes and its values, None for a line that is none."""
    record = ""
    for size, line in enumerate(lines[at : at + LONGEST_RECORD], 1):
        record = f"{record}\n{line}" if size > 1 else line
        if record.count('"') % 2 == 0:
            values = _record(record, delimiter)
            # A record that spans lines by mistake must not take its neighbours with it.
            return (size, values) if values is not None else (1, None)
    return 1, None


def _record(record: str, delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader([record], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else []
