"""The app's addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("send_mail.page_urls")),
    path("api/", include("send_mail.api.urls")),
]
