"""A page of rows by id, newest first: as quick at a million rows as at ten."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE = 25


@dataclass(frozen=True)
class Page:
    """Some rows, and the queries of the links around them; "" is a link that leads nowhere."""

    rows: list[Any]
    newest: str
    older: str


def paged(rows: QuerySet[Any], request: HttpRequest) -> Page:
    """Return the page that the query's ``after`` asks for; what is no number is the first page."""
    after = request.GET.get("after", "")
    kept = {name: request.GET[name] for name in ("state", "q") if request.GET.get(name)}
    if after.isascii() and after.isdigit() and len(after) <= 18:
        rows = rows.filter(pk__lt=int(after))
        newest = "?" + urlencode(kept)
    else:
        newest = ""
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more = len(found) > PAGE
    older = "?" + urlencode({**kept, "after": found[PAGE - 1].pk}) if more else ""
    return Page(found[:PAGE], newest, older)
