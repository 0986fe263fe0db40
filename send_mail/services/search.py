"""Finding mails among a million: by state, by batch, by the beginnings of words, page by page.

Every page is read along an index from the newest on, and ends as soon as it is full; decision
0015 has the reasons and the plans.
"""

import re
import unicodedata
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from send_mail import paging
from send_mail.models import Mail
from send_mail.sql.sqlite import LONGEST_BEGINNING, WORDS
from send_mail.states import SCHEDULED, State

FEW = 500
"""So many rows are looked through without an index of their own."""
NEWEST = 400
"""So many are asked on PostgreSQL for a word that most have."""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 10
_TSVECTOR = (
    'send_mail_words("send_mail_mail"."subject", "send_mail_mail"."to", "send_mail_mail"."cc", '
    '"send_mail_mail"."bcc")'
)


def in_state(state: str, mails: QuerySet[Mail] | None = None) -> QuerySet[Mail]:
    """Return those of *mails*, or of all, that are shown in *state*; every one for "".

    Raises ValueError for what is no state.
    """
    mails = Mail.objects.all() if mails is None else mails
    if state not in {SCHEDULED, State.QUEUED}:
        return mails.filter(state=State(state)) if state else mails
    now = timezone.now()
    queued = mails.filter(state=State.QUEUED)
    due, later = queued.filter(due_at__lte=now), queued.filter(due_at__gt=now)
    asked, other = (later, due) if state == SCHEDULED else (due, later)
    if _few(other):
        return asked  # nearly all that is queued: found at once along the index of its state
    ids = _first(asked)
    if len(ids) <= FEW:
        return mails.filter(pk__in=ids, state=State.QUEUED)
    # Many among many: along the index of the state too. COALESCE keeps the database from that of
    # the time, by which it would have to sort them all.
    by_page = queued.annotate(at=Coalesce("due_at", "due_at"))
    return by_page.filter(at__gt=now) if state == SCHEDULED else by_page.filter(at__lte=now)


def page(
    mails: QuerySet[Mail], words: str, after: int, limit: int
) -> tuple[list[Mail], int | None]:
    """Return up to *limit* of *mails*, newest first, and the cursor of the next page.

    Those in whose subject or recipients every one of *words* begins a word; all if "". *after* is
    the cursor of the page before, 0 for the first.
    """
    beginnings = _WORD.findall(unicodedata.normalize("NFC", words))[:_MOST_WORDS]
    if words.strip() and not beginnings:
        return [], None
    if beginnings and connection.vendor == "sqlite":
        ids = _by_fts5(mails, beginnings, after, limit + 1)
        return paging.cut(list(Mail.objects.filter(pk__in=ids).order_by("-pk")), limit)
    if beginnings:
        return paging.cut(_by_gin(mails, beginnings, after, limit + 1), limit)
    return paging.by_id(mails, after, limit)


def _by_fts5(mails: QuerySet[Mail], beginnings: list[str], after: int, limit: int) -> list[int]:
    """Walk the matches from the newest on; each is looked up among *mails* by its id."""
    match = " AND ".join(f'"{word[:LONGEST_BEGINNING]}"*' for word in beginnings)
    where, params = [f"{WORDS} MATCH %s"], [match]
    if after:
        where.append("rowid < %s")
        params.append(str(after))
    if mails.query.where:
        here: Any = RawSQL(f"{WORDS}.rowid", ())  # noqa: S611 - our own name
        try:
            sql, more = mails.filter(pk=here).values("pk").query.sql_with_params()
        except EmptyResultSet:  # among no mails none is found
            return []
        where.append(f"EXISTS ({sql})")
        params += more
    sql = f"SELECT rowid FROM {WORDS} WHERE {' AND '.join(where)} ORDER BY rowid DESC LIMIT {limit}"  # noqa: S608 - our own names, a number
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def _by_gin(mails: QuerySet[Mail], beginnings: list[str], after: int, limit: int) -> list[Mail]:
    """Look among the newest first, where a common word is soon found, then in the index.

    PostgreSQL cannot know how common a beginning is, and would look for a rare one row by row.
    """
    query = " & ".join(f"{word}:*" for word in beginnings)
    if after:
        mails = mails.filter(pk__lt=after)
    newest = list(mails.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
    matches = RawSQL(f"{_TSVECTOR} @@ to_tsquery('simple', %s)", (query,), BooleanField())  # noqa: S611 - the words are a parameter
    found = list(Mail.objects.filter(matches, pk__in=newest).order_by("-pk")[:limit])
    if len(found) == limit or len(newest) < NEWEST:
        return found
    # OFFSET 0 has the matches looked up on their own, before they are put in order.
    all_matches = RawSQL(  # noqa: S611 - the words are a parameter
        f"SELECT id FROM send_mail_mail WHERE {_TSVECTOR} @@ to_tsquery('simple', %s) OFFSET 0",  # noqa: S608 - our own names, a number
        (query,),
    )
    return list(mails.filter(pk__in=all_matches).order_by("-pk")[:limit])


def _few(mails: QuerySet[Mail]) -> bool:
    return not mails.order_by("due_at").values_list("pk", flat=True)[FEW : FEW + 1]


def _first(mails: QuerySet[Mail]) -> list[int]:
    """Return the ids of the first FEW and one more, along the index of state and time."""
    return list(mails.order_by("due_at").values_list("pk", flat=True)[: FEW + 1])
