"""The app's registration with Django."""

from django.apps import AppConfig


class SendMailConfig(AppConfig):
    """Names the app as the admin shows it."""

    name = "send_mail"
    verbose_name = "Mail"
    default_auto_field = "django.db.models.BigAutoField"
