"""One mail: where it is, followed live, and what may be done with it.

The page asks again in growing steps instead of holding a stream (SSE): each stream would hold one
of waitress's threads for as long as somebody looks.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from send_mail import presenting
from send_mail.api.files import as_file, download
from send_mail.attachments import numbered
from send_mail.errors import NO_CONTENT, NotPossibleError
from send_mail.models import Mail
from send_mail.services import outbox
from send_mail.services.timeline import timeline
from send_mail.states import FINAL, State
from send_mail.views import reach

STEPS = {
    "drafted": "Draft saved",
    "queued": "Queued",
    "saved": "Saved",
    "published": "Given to the broker",
    "received": "Taken by a worker",
    "sending": "Being handed to the mail server",
    "delivered": "Delivered",
    "retrying": "Will be tried again",
    "failed": "Failed",
    "unknown": "May have arrived",
    "returned": "Back in the queue",
    "quarantined": "Set aside",
    "cancelled": "Cancelled",
    "resent": "Sent again at your word",
}


@never_cache
@require_safe
def sent(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show where the mail is; the page's script keeps that up to date."""
    return shown(request, reach.mail_or_404(request, mail_id))


@never_cache
@require_GET
def sent_status(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Answer the part of the page that changes, as the page's script asks for it."""
    mail = reach.mail_or_404(request, mail_id)
    return render(request, "send_mail/_progress.html", {"progress": _progress(mail)})


@never_cache
@require_safe
def sent_source(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Answer the message as it goes over the wire, to be kept as a file."""
    content = outbox.content_of(reach.mail_or_404(request, mail_id))
    if content is None:
        raise Http404(NO_CONTENT)
    return as_file(bytes(content.source), "message/rfc822", f"mail-{mail_id}.eml")


@never_cache
@require_safe
def sent_attachment(request: HttpRequest, mail_id: int, index: int) -> HttpResponse:
    """Answer one attachment, to be kept as a file."""
    return download(outbox.files_of(reach.mail_or_404(request, mail_id)), index)


@require_POST
def resend(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Send it again; what may have arrived already only after a second yes."""
    mail = reach.mail_or_404(request, mail_id)
    sure = request.POST.get("sure") == "yes"
    if mail.state == State.UNKNOWN and not sure:
        question = {
            "title": "Send it again?",
            "words": f"{_named(mail)} may have arrived already: the connection was lost after its "
            "last byte. Sent again, it may arrive twice.",
            "reason": mail.words,
            "yes": "Send it again",
            "no": "Leave it",
            "action": reverse("resend", args=[mail.pk]),
            "back": reverse("sent", args=[mail.pk]),
        }
        return render(request, "send_mail/confirm.html", question)
    try:
        again = outbox.resend(mail, sure=sure)
    except NotPossibleError as error:
        return shown(request, mail, str(error))
    reach.remember(request, again)
    return redirect("sent", mail_id=again.pk)


@require_POST
def cancel(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Cancel it while no worker has it."""
    mail = reach.mail_or_404(request, mail_id)
    try:
        outbox.cancel(mail)
    except NotPossibleError as error:
        return shown(request, mail, str(error))
    return redirect("sent", mail_id=mail.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Ask whether to delete it, and delete it."""
    mail = reach.mail_or_404(request, mail_id)
    if request.method != "POST":
        question = {
            "title": "Delete this mail?",
            "words": f"{_named(mail)} is gone then, with its way and its attachments. "
            "What was delivered stays with whoever has it.",
            "yes": "Delete",
            "bad": True,
            "no": "Keep it",
            "action": reverse("delete", args=[mail.pk]),
            "back": reverse("sent", args=[mail.pk]),
        }
        return render(request, "send_mail/confirm.html", question)
    try:
        outbox.delete(mail)
    except NotPossibleError as error:
        return shown(request, mail, str(error))
    messages.success(request, f"{_named(mail)} is deleted.")
    return redirect("outbox")


def _named(mail: Mail) -> str:
    people = ", ".join(mail.to[:3]) + (" and others" if len(mail.to) > 3 else "")
    named = f"“{mail.subject or '(no subject)'}”"
    return f"{named} to {people}" if people else named


def shown(request: HttpRequest, mail: Mail, refusal: str = "") -> HttpResponse:
    """Answer the page of *mail*; with a *refusal*, why what was asked for was not done."""
    content = outbox.content_of(mail)
    told = {
        "mail": mail,
        "content": content,
        "files": numbered(content.attachments if content else []),
        "progress": _progress(mail),
        "refusal": refusal,
    }
    return render(request, "send_mail/success.html", told, status=409 if refusal else 200)


def _progress(mail: Mail) -> dict[str, Any]:
    told = len(mail.recipients) > 1 or any(row.get("reply") for row in mail.recipients)
    return {
        **presenting.brief(mail),
        "timeline": [{**step, "label": STEPS[step["event"]]} for step in timeline(mail)],
        "tries": list(mail.tries.all()),
        "recipients": mail.recipients if told else [],
        "can": {
            **outbox.can(mail),
            "copy": mail.state in FINAL and outbox.content_of(mail) is not None,
        },
    }
