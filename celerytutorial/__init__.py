"""The bundled Django project: settings, addresses, the Celery app, health and access.

It owns how the parts are wired and nothing of what a mail is; that is the app ``send_mail``,
which it names by string alone.

The Celery app is imported here so that it exists in every process that imports the project.
Without it ``.delay()`` in Django silently talks to amqp://guest@localhost:5672 and ignores
``CELERY_BROKER_URL``.
"""

from celerytutorial.celery import app as celery_app

__all__ = ("celery_app",)
