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
from django.utils import timezone

from send_mail import paging
from send_mail.models import Mail
from send_mail.sql.sqlite import WORDS
from send_mail.states import SCHEDULED, State

FEW = 2000
"""So many rows are looked through without an index of their own."""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 10


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
    # Few among many: these by their ids. Many among many: along the index of the state too.
    return mails.filter(pk__in=ids, state=State.QUEUED) if len(ids) <= FEW else asked


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
        mails = mails.filter(_by_tsvector(beginnings))
    return paging.by_id(mails, after, limit)


def _by_fts5(mails: QuerySet[Mail], beginnings: list[str], after: int, limit: int) -> list[int]:
    """Walk the matches from the newest on; each is looked up among *mails* by its id."""
    match = " AND ".join(f'"{word}"*' for word in beginnings)
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
    sql = f"SELECT rowid FROM {WORDS} WHERE {' AND '.join(where)} ORDER BY rowid DESC LIMIT {limit}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def _by_tsvector(beginnings: list[str]) -> Any:
    query = " & ".join(f"{word}:*" for word in beginnings)
    return RawSQL(
        'send_mail_words("send_mail_mail"."subject", "send_mail_mail"."to", '
        '"send_mail_mail"."cc", "send_mail_mail"."bcc") @@ to_tsquery(\'simple\', %s)',
        (query,),
        output_field=BooleanField(),
    )


def _few(mails: QuerySet[Mail]) -> bool:
    return len(_first(mails)) <= FEW


def _first(mails: QuerySet[Mail]) -> list[int]:
    """Return the ids of the first FEW and one more, along the index of state and time."""
    return list(mails.order_by("due_at").values_list("pk", flat=True)[: FEW + 1])
