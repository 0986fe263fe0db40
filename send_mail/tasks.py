"""Celery's side, thin: each task hands over to a service.

Also the worker's moments: started anew it takes back what its dead predecessor held, while it
leaves it starts nothing new, and at its end it says goodbye to the mail servers.
"""

from typing import Any

from celery import shared_task
from celery.exceptions import Reject
from celery.signals import worker_init, worker_shutdown
from celery.worker import state as worker_state
from django.conf import settings
from django.db import connection

from send_mail.delivery.pool import idle_connections
from send_mail.services import bulk, claims, reaper, sending, wakeups
from send_mail.services import relay as relaying
from send_mail.services.handing_over import journal


@shared_task(bind=True)
def send_email_task(self: Any, mail_id: int) -> None:
    """Send the mail with this id, if it still waits and nobody else has it."""
    if not isinstance(mail_id, int):
        # To the dead letters, unread: it is none of ours, and may be of any size.
        raise Reject("no id of a mail", requeue=False)
    if _leaving():
        claims.put_back(mail_id)
        return
    sending.send(mail_id, worker=_name(self))


@shared_task(bind=True)
def send_due_task(self: Any, limit: int) -> None:
    """Send up to *limit* mails that are due, whichever they are."""
    wakeups.one_more.note(str(self.request.id))
    bulk.send_due(limit, worker=_name(self), leaving=_leaving)


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
    taken_back = reaper.reap_worker(sender.hostname)
    if taken_back and settings.CELERY_BROKER_URL.startswith("filesystem:"):
        # The embedded broker forgets what a killed worker had fetched; RabbitMQ brings it again.
        wakeups.forget_under_way()
    # The prefork pool forks after this: nobody may inherit a connection.
    claims.writer.close()
    connection.close()


@worker_shutdown.connect
def leave_mail_servers(**_: Any) -> None:
    """Close the connections that wait for a next mail, and leave no empty journal behind."""
    idle_connections.close()
    journal.close()


def _leaving() -> bool:
    return worker_state.should_stop is not None or worker_state.should_terminate is not None


def _name(task: Any) -> str:
    return str(task.request.hostname or "worker")
