"""What the catcher caught, for the staff: headers, text, HTML that can load and run nothing."""

from functools import partial

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from send_mail import attachments, safe_html
from send_mail.api.files import as_file, download
from send_mail.errors import NotPossibleError
from send_mail.forms import ReleaseForm
from send_mail.models import CaughtMail
from send_mail.paging import by_id
from send_mail.services import inbox, servers
from send_mail.services import release as releasing
from send_mail.views import reach
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
def caught_html(request: HttpRequest, caught_id: int) -> HttpResponse:
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
def caught_source(request: HttpRequest, caught_id: int) -> HttpResponse:
    """Answer the source as it came, to be kept as a file."""
    row = get_object_or_404(CaughtMail, pk=caught_id)
    return as_file(bytes(row.source), "message/rfc822", f"mail-{row.pk}.eml")


@never_cache
@require_safe
@staff_only
def caught_attachment(request: HttpRequest, caught_id: int, index: int) -> HttpResponse:
    """Answer one attachment, to be kept as a file."""
    row = get_object_or_404(CaughtMail, pk=caught_id)
    return download(attachments.read(bytes(row.source)), index)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def release(request: HttpRequest, caught_id: int) -> HttpResponse:
    """Ask to whom it is released, say by which server, and send it on as it came."""
    row = get_object_or_404(CaughtMail, pk=caught_id)
    posted = request.method == "POST"
    form = ReleaseForm(request.POST if posted else None, initial={"to": ", ".join(row.envelope_to)})
    refusal = "" if servers.release_words() else releasing.NO_SERVER
    status = 409 if posted and refusal else 400 if posted else 200
    if posted and form.is_valid():
        try:
            mail = releasing.release(row, form.cleaned_data["to"])
        except NotPossibleError as error:
            refusal, status = str(error), 409
        except forms.ValidationError as error:
            form.add_error("to", error.messages)
        else:
            reach.remember(request, mail)
            return redirect("sent", mail_id=mail.pk)
    shown = {
        "caught": row,
        "form": form,
        "refusal": refusal,
        "server": servers.release_words(),
        "safe_mode": settings.MAIL_REDIRECT_TO,
    }
    return render(request, "send_mail/release.html", shown, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def delete(request: HttpRequest, caught_id: int) -> HttpResponse:
    """Ask whether to delete it, and delete it."""
    row = get_object_or_404(CaughtMail.objects.defer("source"), pk=caught_id)
    named = f"“{row.subject or '(no subject)'}”"
    if request.method == "POST":
        CaughtMail.objects.filter(pk=row.pk).delete()
        messages.success(request, f"{named} is deleted from the inbox.")
        return redirect("inbox")
    question = {
        "title": "Delete this mail?",
        "words": f"What the catcher took of {named} is gone then. "
        "The mail in the outbox that it came from stays.",
        "yes": "Delete",
        "bad": True,
        "no": "Keep it",
        "action": reverse("caught-delete", args=[row.pk]),
        "back": reverse("caught", args=[row.pk]),
    }
    return render(request, "send_mail/confirm.html", question)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def clear(request: HttpRequest) -> HttpResponse:
    """Ask whether to delete all that was caught, and delete it."""
    if request.method == "POST":
        gone = inbox.clear()
        messages.success(request, f"{_mails(gone)} deleted from the inbox.")
        return redirect("inbox")
    question = {
        "title": "Delete all of the inbox?",
        "words": f"{_mails(CaughtMail.objects.count())} that the catcher took, gone then. "
        "The mails of the outbox stay.",
        "yes": "Delete all",
        "bad": True,
        "no": "Keep them",
        "action": reverse("inbox-clear"),
        "back": reverse("inbox"),
    }
    return render(request, "send_mail/confirm.html", question)


def _mails(count: int) -> str:
    return f"{count:,} {'mail' if count == 1 else 'mails'}"
