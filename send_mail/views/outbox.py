"""The list of mails: the staff's of all, a browser's of its own."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from send_mail import presenting
from send_mail.services import search
from send_mail.states import SCHEDULED, State
from send_mail.views import reach
from send_mail.views.paging import number, paged

STATES = [(SCHEDULED, "Scheduled"), *State.choices]


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Show a page of mails, filtered by state, batch and words."""
    state = request.GET.get("state", "").upper()
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    known = state if state in dict(STATES) else ""
    batch = number(request, "batch")
    mails = search.in_state(known, reach.mails(request))
    if batch:
        mails = mails.filter(batch_id=batch)
    page = paged(partial(search.page, mails, words), request)
    shown: dict[str, Any] = {
        "page": page,
        "mails": [{**presenting.brief(mail), "more": len(mail.to) - 1} for mail in page.rows],
        "states": STATES,
        "state": state,
        "words": words,
        "batch": batch,
        "filtered": bool(words or state or batch),
    }
    return render(request, "send_mail/outbox.html", shown)
