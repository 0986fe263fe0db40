"""The app's addresses."""

from django.urls import include, path

from send_mail import views

urlpatterns = [
    path("", views.index, name="index"),
    path("sendmail/", views.sendmail, name="sendmail"),
    path("sent/<int:mail_id>/", views.sent, name="sent"),
    path("sent/<int:mail_id>/status/", views.sent_status, name="sent-status"),
    path("login/<str:token>/", views.login_once, name="login-once"),
    path("api/", include("send_mail.api.urls")),
]
