"""What the catcher caught, for the staff: headers, text, HTML that can load and run nothing."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from send_mail import attachments, safe_html
from send_mail.api.files import as_file, download
from send_mail.models import CaughtMail
from send_mail.paging import by_id
from send_mail.services import inbox
from send_mail.views.paging import paged
from send_mail.views.reach import staff_only

TEXT_SHOWN = 200_000


@never_cache
@require_safe
@staff_only
def inbox_list(request: HttpRequest) -> HttpResponse:
    """Show a page of caught mails."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    page = paged(partial(by_id, inbox.found(words)), request)
    ours = inbox.mail_ids(page.rows)
    caught_mails = [inbox.brief(row, ours.get(row.message_id)) for row in page.rows]
    shown = {"page": page, "caught_mails": caught_mails, "words": words}
    return render(request, "send_mail/inbox.html", shown)


@never_cache
@require_safe
@staff_only
def caught(request: HttpRequest, caught_id: int) -> HttpResponse:
    """Show one: its envelope, headers, text and HTML."""
    full = inbox.full(get_object_or_404(CaughtMail, pk=caught_id))
    cut = len(full["text"]) > TEXT_SHOWN
    shown = {"caught": {**full, "text": full["text"][:TEXT_SHOWN]}, "cut": cut}
    return render(request, "send_mail/caught.html", shown)


@never_cache
@require_safe
@xframe_options_sameorigin
@staff_only
def caught_html(request: HttpRequest, caught_id: int) -> HttpResponse:  # noqa: ARG001
    """Answer the mail's HTML under a policy that lets it load and run nothing.

    An address of its own, not ``srcdoc``: that would be under this site's policy, which knows no
    inline style.
    """
    row = get_object_or_404(CaughtMail, pk=caught_id)
    message = inbox.parsed(bytes(row.source))
    response = HttpResponse(safe_html.harmless(inbox.body(message, "html"), message))
    response.headers["Content-Security-Policy"] = safe_html.POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-DNS-Prefetch-Control"] = "off"
    return response


@never_cache
@require_safe
@staff_only
def caught_source(request: HttpRequest, caught_id: int) -> HttpResponse:  # noqa: ARG001
    """Answer the source as it came, to be kept as a file."""
    row = get_object_or_404(CaughtMail, pk=caught_id)
    return as_file(bytes(row.source), "message/rfc822", f"mail-{row.pk}.eml")


@never_cache
@require_safe
@staff_only
def caught_attachment(request: HttpRequest, caught_id: int, index: int) -> HttpResponse:  # noqa: ARG001
    """Answer one attachment, to be kept as a file."""
    row = get_object_or_404(CaughtMail, pk=caught_id)
    return download(attachments.read(bytes(row.source)), index)
