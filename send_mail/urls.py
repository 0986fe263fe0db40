"""The app's addresses."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from send_mail import api, views

urlpatterns = [
    path("", views.index, name="index"),
    path("sendmail/", views.sendmail, name="sendmail"),
    path("sent/<int:mail_id>/", views.sent, name="sent"),
    path("sent/<int:mail_id>/status/", views.sent_status, name="sent-status"),
    path("login/<str:token>/", views.login_once, name="login-once"),
    path("api/mails", api.Mails.as_view()),
    path("api/mails/<int:mail_id>", api.OneMail.as_view()),
    path("api/mails/<int:mail_id>/resend", api.Resend.as_view()),
    path("api/mails/<int:mail_id>/cancel", api.Cancel.as_view()),
    path("api/inbox", api.Inbox.as_view()),
    path("api/inbox/<int:caught_id>", api.OneCaught.as_view()),
    path("api/queue", api.Queue.as_view()),
    path("api/relay", api.Relay.as_view()),
    path("api/login-links", api.LoginLinks.as_view()),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
]
