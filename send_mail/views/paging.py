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
    kept = {name: request.GET[name] for name in ("state", "q", "batch") if request.GET.get(name)}
    cursor = number(request, "after")
    rows, following = read(cursor, PAGE)
    older = "?" + urlencode({**kept, "after": following}) if following else ""
    return Page(rows, "?" + urlencode(kept) if cursor else "", older)


def number(request: HttpRequest, name: str) -> int:
    """Return a number of the query that may be an id, 0 for anything else."""
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else 0
