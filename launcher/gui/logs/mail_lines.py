"""Which lines speak of a mail: the tasks of a mail are called mail-12-1, the rest says Mail 12."""

from __future__ import annotations

import re

_MAIL = re.compile(r"\bmail[ -](\d{1,18})\b", re.IGNORECASE)


def lines_of(mail_id: int) -> str:
    """What to look for to find the lines of a mail."""
    return rf"/\bmail[ -]{mail_id}\b/"


def mail_in(text: str) -> int | None:
    """The mail that a line speaks of; None when of none."""
    found = _MAIL.search(text)
    return int(found[1]) if found else None
