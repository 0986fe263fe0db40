"""The addresses below ``/api/``."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from send_mail.api import (
    batches,
    files,
    inbox,
    login_links,
    mails,
    queue,
    repeats,
    templates,
    views,
)

urlpatterns = [
    path("mails", mails.Mails.as_view()),
    path("mails/retry-failed", mails.RetryFailed.as_view()),
    path("mails/clear", mails.Clear.as_view()),
    path("mails/<int:mail_id>", mails.OneMail.as_view()),
    path("mails/<int:mail_id>/resend", mails.Resend.as_view()),
    path("mails/<int:mail_id>/cancel", mails.Cancel.as_view()),
    path("mails/<int:mail_id>/copy", mails.Copy.as_view()),
    path("mails/<int:mail_id>/source", mails.MailSource.as_view()),
    path("mails/<int:mail_id>/attachments/<int:index>", mails.MailAttachment.as_view()),
    path("uploads", files.Uploads.as_view()),
    path("uploads/<int:upload_id>", files.OneUpload.as_view()),
    path("inbox", inbox.Inbox.as_view()),
    path("inbox/<int:caught_id>", inbox.OneCaught.as_view()),
    path("inbox/<int:caught_id>/source", inbox.CaughtSource.as_view()),
    path("inbox/<int:caught_id>/attachments/<int:index>", inbox.CaughtAttachment.as_view()),
    path("inbox/<int:caught_id>/release", inbox.Release.as_view()),
    path("chaos", inbox.ChaosSwitch.as_view()),
    path("templates", templates.Templates.as_view()),
    path("templates/<int:template_id>", templates.OneTemplate.as_view()),
    path("templates/<int:template_id>/render", templates.Render.as_view()),
    path("batches", batches.Batches.as_view()),
    path("batches/<int:batch_id>", batches.OneBatch.as_view()),
    path("batches/<int:batch_id>/cancel", batches.CancelBatch.as_view()),
    path("repeats", repeats.Repeats.as_view()),
    path("repeats/meaning", repeats.Meaning.as_view()),
    path("repeats/<int:repeat_id>", repeats.OneRepeat.as_view()),
    path("queue", queue.Queue.as_view()),
    path("relay", queue.Relay.as_view()),
    path("login-links", login_links.LoginLinks.as_view()),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("<path:rest>", views.Nowhere.as_view()),
]
