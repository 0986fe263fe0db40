"""The one-time login, for whom the launcher knows already."""

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from send_mail.services import login_links


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
