"""The addresses of the project: health and admin here, all else in the app."""

from django.contrib import admin
from django.urls import include, path

import celerytutorial.api  # noqa: F401 - registers what the schema knows of our access rules
from celerytutorial.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("admin/", admin.site.urls),
    path("", include("send_mail.urls")),
]
