"""The addresses of the pages; those of the API stand in ``send_mail.urls``."""

from django.urls import path

from send_mail.views import api_page, inbox, login, mails, outbox, writing

urlpatterns = [
    path("", writing.index, name="index"),
    path("sendmail/", writing.sendmail, name="sendmail"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("sent/<int:mail_id>/", mails.sent, name="sent"),
    path("sent/<int:mail_id>/status/", mails.sent_status, name="sent-status"),
    path("sent/<int:mail_id>/source/", mails.sent_source, name="sent-source"),
    path(
        "sent/<int:mail_id>/attachments/<int:index>/",
        mails.sent_attachment,
        name="sent-attachment",
    ),
    path("sent/<int:mail_id>/resend/", mails.resend, name="resend"),
    path("sent/<int:mail_id>/cancel/", mails.cancel, name="cancel"),
    path("sent/<int:mail_id>/edit/", writing.edit, name="edit"),
    path("sent/<int:mail_id>/copy/", writing.copy, name="copy"),
    path("sent/<int:mail_id>/delete/", mails.delete, name="delete"),
    path("inbox/", inbox.inbox_list, name="inbox"),
    path("inbox/<int:caught_id>/", inbox.caught, name="caught"),
    path("inbox/<int:caught_id>/html/", inbox.caught_html, name="caught-html"),
    path("inbox/<int:caught_id>/source/", inbox.caught_source, name="caught-source"),
    path(
        "inbox/<int:caught_id>/attachments/<int:index>/",
        inbox.caught_attachment,
        name="caught-attachment",
    ),
    path("inbox/<int:caught_id>/release/", inbox.release, name="release"),
    path("inbox/<int:caught_id>/delete/", inbox.delete, name="caught-delete"),
    path("api/", api_page.api_page, name="api"),
    path("login/<str:token>/", login.login_once, name="login-once"),
]
