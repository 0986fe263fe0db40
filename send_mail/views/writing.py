"""The tutorial's form: open to whoever sits at this machine, answered at once."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from send_mail.forms import MailForm
from send_mail.models import Upload
from send_mail.services import saving, uploads
from send_mail.views import reach

UPLOADED = "uploads"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the form."""
    return render(request, "send_mail/index.html", {"form": MailForm()})


@require_POST
def sendmail(request: HttpRequest) -> HttpResponse:
    """Save the mail and go on to its page at once, or show the form with its errors."""
    form = MailForm(request.POST, request.FILES, known=_uploaded(request))
    if form.is_valid():
        new = form.new_mail()
        try:
            mail = saving.save(new, form.idempotency_key(new))
        except ValidationError as refusal:  # of the files: too large together, or expired
            form.add_error("attachments", refusal.messages)
        else:
            reach.remember(request, mail)
            return redirect("sent", mail_id=mail.pk)
    _keep_files(request, form)
    return render(request, "send_mail/index.html", {"form": form}, status=400)


def _keep_files(request: HttpRequest, form: MailForm) -> None:
    """Keep what was attached well beside what was wrong: it need not be chosen again."""
    files = form.cleaned_data.get("attachments") or ()
    if not files or "attachments" in form.errors:
        return
    added = [uploads.keep(file.name, file.content_type, file.data) for file in files]
    ids = [*(row.pk for row in added), *request.session.get(UPLOADED, [])]
    request.session[UPLOADED] = ids[: uploads.MOST]
    form.offer(_uploaded(request))
    form.tick(added)


def _uploaded(request: HttpRequest) -> Sequence[Upload]:
    """Return this browser's own uploads that have not expired, without their bytes."""
    ids = request.session.get(UPLOADED, [])
    rows: QuerySet[Upload] = Upload.objects.filter(pk__in=ids).defer("data").order_by("pk")
    return list(rows) if ids else []
