"""The tutorial's form as printed, a peer of P6: it hands the mail to Celery and keeps nothing.

Settings, addresses and view in one module. DJANGO_SETTINGS_MODULE names it, for runserver as for
`python -m waitress --call django.core.wsgi:get_wsgi_application`; CELERY_BROKER_URL is the broker.
"""

from __future__ import annotations

import os

from celery import Celery
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

SECRET_KEY = "a benchmark's own, of no use to anybody"
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
ROOT_URLCONF = "benchmarks.tutorial_site"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
STATIC_URL = "static/"
USE_TZ = True

app = Celery("tutorial", broker=os.environ.get("CELERY_BROKER_URL"), set_as_current=False)
app.conf.task_default_queue = "tutorial"  # nobody takes from it: the worker is ours
_SUCCESS = "<!doctype html><title>Sent</title><h1>Success</h1><p>The mail to {{ to }} was sent.</p>"


@app.task
def send_email(to: str, subject: str, text: str) -> None:
    """Stand for the task: it is published here and runs nowhere."""


def sendmail(request: HttpRequest) -> HttpResponse:
    """Hand the mail to Celery and say that it was sent."""
    to, subject, text = (request.POST[name] for name in ("to", "subject", "text"))
    send_email.delay(to, subject, text)
    page = engines["django"].from_string(_SUCCESS)
    return HttpResponse(page.render({"to": to}, request))


urlpatterns = [path("sendmail/", sendmail)]
