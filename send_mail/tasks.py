"""Celery's side, thin: each task hands over to a service.

Also the worker's two moments: started anew it takes back what its dead predecessor held, and
while it leaves it starts nothing new.
"""

from typing import Any

from celery import shared_task
from celery.signals import worker_init
from celery.worker import state as worker_state
from django.conf import settings
from django.db import connection

from send_mail.services import claims, sending, wakeups
from send_mail.services import relay as relaying


@shared_task(bind=True)
def send_email_task(self: Any, mail_id: int) -> None:
    """Send the mail with this id, if it still waits and nobody else has it."""
    if worker_state.should_stop is not None or worker_state.should_terminate is not None:
        claims.put_back(mail_id)
        return
    sending.send(mail_id, worker=self.request.hostname or "worker")


@shared_task
def relay() -> None:
    """Publish what is due; beat asks for it."""
    relaying.relay()


@worker_init.connect
def take_back_from_predecessor(sender: Any, **_: Any) -> None:
    """Free the mails of a killed worker with our node name: no two of one name live at once.

    At the start of the process and never again: a worker that found its broker again is "ready"
    once more, with mails in hand.
    """
    taken_back = claims.reap_worker(sender.hostname)
    if taken_back and settings.CELERY_BROKER_URL.startswith("filesystem:"):
        # The embedded broker forgets what a killed worker had fetched; RabbitMQ brings it again.
        wakeups.forget_under_way()
    connection.close()
