"""Who may see which mail: a browser what it sent itself, by its session; the staff all."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from send_mail.models import Mail

SENT = "sent_mails"
REMEMBERED = 50


def is_staff(request: HttpRequest) -> bool:
    """Return whether a member of the staff is logged in."""
    return bool(getattr(request.user, "is_staff", False))


def remember(request: HttpRequest, mail: Mail) -> None:
    """Let this browser see *mail* from now on; the oldest of many is forgotten."""
    known = [pk for pk in request.session.get(SENT, []) if pk != mail.pk]
    request.session[SENT] = [mail.pk, *known][:REMEMBERED]


def mails(request: HttpRequest) -> QuerySet[Mail]:
    """Return the mails that this browser may see."""
    if is_staff(request):
        return Mail.objects.all()
    return Mail.objects.filter(pk__in=request.session.get(SENT, []))


def mail_or_404(request: HttpRequest, mail_id: int) -> Mail:
    """Return one of them, its content unread; one that may not be seen does not exist.

    A page that is asked for again and again must not read 25 MB of attachments each time.
    """
    large = ("content__source", "content__text", "content__html")
    return get_object_or_404(mails(request).select_related("content").defer(*large), pk=mail_id)


def staff_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show the way in to whoever is not logged in as staff, instead of the page."""

    @wraps(view)
    def guarded(request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        if not is_staff(request):
            return render(request, "send_mail/staff_only.html", status=403)
        return view(request, *words, **named)

    return guarded
