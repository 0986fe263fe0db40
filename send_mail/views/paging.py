"""A page of rows by id, newest first: as quick at a million rows as at ten."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

PAGE = 25
Read = Callable[[int, int], tuple[list[Any], int | None]]


@dataclass(frozen=True)
class Page:
    """Some rows, and the queries of the links around them; "" is a link that leads nowhere."""

    rows: list[Any]
    newest: str
    older: str


def paged(read: Read, request: HttpRequest) -> Page:
    """Return the page that the query's ``after`` asks for; what is no number is the first page.

    *read* takes cursor and limit, and returns rows and the next cursor.
    """
    after = request.GET.get("after", "")
    kept = {name: request.GET[name] for name in ("state", "q") if request.GET.get(name)}
    cursor = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else 0
    rows, following = read(cursor, PAGE)
    older = "?" + urlencode({**kept, "after": following}) if following else ""
    return Page(rows, "?" + urlencode(kept) if cursor else "", older)
