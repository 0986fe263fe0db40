"""A pasted list of people as the CSV that the API takes; pure."""

from __future__ import annotations

import csv
import io

from launcher.gui.mail.addresses import parse

HEADER = "email"


def as_csv(text: str) -> tuple[str, int]:
    """The CSV of a text, and how many lines stand in it before the text's own first one.

    A text whose first line has no "@" has a header line already. Anything else is a plain list:
    each line is one recipient, unless a line holds several addresses, then each address is one.
    """
    lines = text.strip("\ufeff").splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first:
        return "", 0
    if "@" not in first:
        return "\n".join(lines), 0
    if any(line.count("@") > 1 for line in lines):
        lines = [one.text for one in parse(text)]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([[HEADER], *([line] for line in lines)])
    return written.getvalue(), 1
