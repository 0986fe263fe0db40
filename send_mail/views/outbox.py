"""The list of mails: the staff's of all, a browser's of its own."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from send_mail import presenting
from send_mail.models import Mail
from send_mail.states import SCHEDULED, State
from send_mail.views import reach
from send_mail.views.paging import paged

STATES = [(SCHEDULED, "Scheduled"), *State.choices]


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Show a page of mails, filtered by state and words."""
    state = request.GET.get("state", "").upper()
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    page = paged(_found(reach.mails(request), state, words), request)
    shown: dict[str, Any] = {
        "page": page,
        "mails": [{**presenting.brief(mail), "more": len(mail.to) - 1} for mail in page.rows],
        "states": STATES,
        "state": state,
        "words": words,
        "filtered": bool(words or state),
    }
    return render(request, "send_mail/outbox.html", shown)


def _found(mails: QuerySet[Mail], state: str, words: str) -> QuerySet[Mail]:
    now = timezone.now()
    if state == SCHEDULED:
        mails = mails.filter(state=State.QUEUED, due_at__gt=now)
    elif state == State.QUEUED:
        mails = mails.filter(state=state, due_at__lte=now)
    elif state in State.values:
        mails = mails.filter(state=state)
    return mails.filter(Q(subject__icontains=words) | Q(to__icontains=words)) if words else mails
