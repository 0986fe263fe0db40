"""The tutorial's pages: write, send, watch; and the one-time login.

The form is open to whoever sits at this machine. What became of a mail is shown to the browser
that sent it, by its session, and to the staff.
"""

from typing import Any

from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from send_mail import presenting
from send_mail.forms import MailForm
from send_mail.models import Mail
from send_mail.services import login_links, saving
from send_mail.services.timeline import timeline

SENT = "sent_mails"
REMEMBERED = 50
STEPS = {
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


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the form."""
    return render(request, "send_mail/index.html", {"form": MailForm()})


@require_POST
def sendmail(request: HttpRequest) -> HttpResponse:
    """Save the mail and go on to its page at once, or show the form with its errors."""
    form = MailForm(request.POST)
    if not form.is_valid():
        return render(request, "send_mail/index.html", {"form": form}, status=400)
    mail = saving.save(form.new_mail())
    request.session[SENT] = [mail.pk, *request.session.get(SENT, [])][:REMEMBERED]
    return redirect("sent", mail_id=mail.pk)


@never_cache
@require_safe
def sent(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show where the mail is; the page's script keeps that up to date."""
    mail = _own(request, mail_id)
    return render(request, "send_mail/success.html", {"mail": mail, "progress": _progress(mail)})


@never_cache
@require_GET
def sent_status(request: HttpRequest, mail_id: int) -> JsonResponse:
    """Answer where the mail is, as the page's script asks for it."""
    return JsonResponse(_progress(_own(request, mail_id)))


@never_cache
@require_GET
def login_once(request: HttpRequest, token: str) -> HttpResponse:
    """Log in as the admin by a one-time link, then forget the link."""
    target = login_links.redeem(token)
    users = get_user_model()
    admin = users.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if target is None or admin is None:
        response: HttpResponse = render(request, "send_mail/link_expired.html", status=403)
    else:
        login(request, admin, backend="django.contrib.auth.backends.ModelBackend")
        response = HttpResponseRedirect(target)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _own(request: HttpRequest, mail_id: int) -> Mail:
    """Return the mail if this browser sent it or a member of the staff asks."""
    staff = getattr(request.user, "is_staff", False)
    if not staff and mail_id not in request.session.get(SENT, []):
        msg = "This browser sent no such mail."
        raise Http404(msg)
    return get_object_or_404(Mail, pk=mail_id)


def _progress(mail: Mail) -> dict[str, Any]:
    brief = presenting.brief(mail)
    steps = [{**step, "label": STEPS[step["event"]]} for step in timeline(mail)]
    wanted = ("state", "state_words", "final", "last_reply")
    return {**{name: brief[name] for name in wanted}, "timeline": steps}
