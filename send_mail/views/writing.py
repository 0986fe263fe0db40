"""The tutorial's form: open to whoever sits at this machine, answered at once; drafts too."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from send_mail.attachments import numbered
from send_mail.errors import NotPossibleError
from send_mail.forms import FilesForm, MailForm
from send_mail.models import Mail, Upload
from send_mail.services import outbox, saving, uploads
from send_mail.states import State
from send_mail.views import mails, reach

UPLOADED = "uploads"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the form."""
    return render(request, "send_mail/index.html", {"form": MailForm()})


@require_POST
def sendmail(request: HttpRequest) -> HttpResponse:
    """Save the mail and go on to its page at once, or show the form with its errors."""
    form = MailForm(request.POST, request.FILES, known=uploaded(request))
    if form.is_valid():
        new = form.new_mail()
        try:
            mail = saving.save(new, form.idempotency_key(new))
        except ValidationError as refusal:  # of the files: too large together, or expired
            form.add_error("attachments", refusal.messages)
        else:
            reach.remember(request, mail)
            return redirect("sent", mail_id=mail.pk)
    keep_files(request, form)
    return render(request, "send_mail/index.html", {"form": form}, status=400)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show a draft as a form; save it as a draft again, or send it."""
    mail = reach.mail_or_404(request, mail_id)
    if mail.state != State.DRAFT:
        return mails.shown(request, mail, "Only a draft can be changed. Edit a copy of this mail.")
    content = outbox.content_of(mail)
    had = numbered(content.attachments if content else [])
    if request.method != "POST":
        return _edited(request, mail, MailForm(had=had, initial=_written(mail)))
    form = MailForm(request.POST, request.FILES, known=uploaded(request), had=had)
    if form.is_valid():
        try:
            outbox.rewrite(mail, form.new_mail(), form.cleaned_data["stays"])
        except NotPossibleError as refusal:  # sent or deleted by somebody else meanwhile
            return mails.shown(request, mail, str(refusal))
        except ValidationError as refusal:
            form.add_error("attachments", refusal.messages)
        else:
            return redirect("sent", mail_id=mail.pk)
    keep_files(request, form)
    return _edited(request, mail, form, status=400)


@require_POST
def copy(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Edit and resend: make a draft of the same content, and open it."""
    mail = reach.mail_or_404(request, mail_id)
    try:
        draft = outbox.copy(mail)
    except NotPossibleError as refusal:
        return mails.shown(request, mail, str(refusal))
    reach.remember(request, draft)
    return redirect("edit", mail_id=draft.pk)


def _edited(request: HttpRequest, mail: Mail, form: MailForm, status: int = 200) -> HttpResponse:
    return render(request, "send_mail/edit.html", {"form": form, "mail": mail}, status=status)


def _written(mail: Mail) -> dict[str, Any]:
    """Return what stands in a draft, by the form's fields."""
    content = outbox.content_of(mail)
    later = mail.due_at > timezone.now()
    return {
        "recipients": ", ".join(mail.to),
        "cc": ", ".join(mail.cc),
        "bcc": ", ".join(mail.bcc),
        "subject": mail.subject,
        "message": content.text if content else "",
        "html": content.html if content else "",
        "stays": [row["index"] for row in numbered(content.attachments if content else [])],
        "send_at": mail.due_at.astimezone(UTC) if later else None,
    }


def keep_files(request: HttpRequest, form: FilesForm) -> None:
    """Keep what was attached well beside what was wrong: it need not be chosen again."""
    files = form.cleaned_data.get("attachments") or ()
    if not files or "attachments" in form.errors:
        return
    added = [uploads.keep(file.name, file.content_type, file.data) for file in files]
    ids = [*(row.pk for row in added), *request.session.get(UPLOADED, [])]
    request.session[UPLOADED] = ids[: uploads.MOST]
    form.offer(uploaded(request))
    form.tick(added)


def uploaded(request: HttpRequest) -> Sequence[Upload]:
    """Return this browser's own uploads that have not expired, without their bytes."""
    ids = request.session.get(UPLOADED, [])
    rows: QuerySet[Upload] = Upload.objects.filter(pk__in=ids).defer("data").order_by("pk")
    return list(rows) if ids else []
