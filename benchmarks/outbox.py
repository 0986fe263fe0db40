"""Fills an outbox and reads how fast it was emptied: `python -m benchmarks.outbox VERB ...`.

Runs in the environment of a project: `fill COUNT` saves mails and publishes a wake-up for each,
`bulk COUNT` publishes wake-ups for groups, `rate` prints one JSON object, `raw PORT COUNT` sends
as many by plain smtplib on one connection.
"""

from __future__ import annotations

import json
import smtplib
import sys
import time
from collections.abc import Callable, Iterator

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import Count, Max, Min  # noqa: E402

from send_mail import composing  # noqa: E402
from send_mail.models import Mail, MailContent, MailEvent  # noqa: E402
from send_mail.services import wakeups  # noqa: E402

GROUP = 250
SUBJECT, TEXT = "A benchmark", "Two lines of text,\nas most mails of a project are.\n"


def main() -> None:
    """Carry out one verb."""
    verb, numbers = sys.argv[1], [int(word) for word in sys.argv[2:]]
    verbs: dict[str, Callable[..., None]] = {"fill": fill, "bulk": bulk, "rate": rate, "raw": raw}
    verbs[verb](*numbers)


def fill(count: int) -> None:
    """Save *count* mails and publish a wake-up for each."""
    for group in _saved(count):
        assert wakeups.publish(group) == len(group), "the broker took not all"


def bulk(count: int) -> None:
    """Save *count* mails and publish one wake-up for each group, as a batch does."""
    for group in _saved(count):
        assert wakeups.publish_bulk(group), "the broker took not all"


def rate() -> None:
    """Print how many were delivered, in which time, and what is left in which state."""
    states = dict(Mail.objects.values_list("state").annotate(Count("pk")))
    times = Mail.objects.filter(state="DELIVERED").aggregate(
        first=Min("claimed_at"), last=Max("finished_at")
    )
    seconds = (times["last"] - times["first"]).total_seconds() if times["last"] else 0.0
    print(json.dumps({"states": states, "seconds": seconds}))


def raw(port: int, count: int) -> None:
    """Send *count* mails on one connection by smtplib; print the seconds."""
    source = _source(_mail(0))
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as smtp:
        smtp.sendmail("a@localhost", ["b@localhost"], source)
        began = time.monotonic()
        for _ in range(count):
            smtp.sendmail("a@localhost", ["b@localhost"], source)
        print(time.monotonic() - began)


def _mail(number: int) -> Mail:

    address = f"someone{number}@localhost"
    return Mail(
        sender="celery-launcher@localhost",
        to=[address],
        recipients=[{"address": address, "state": "waiting", "reply": ""}],
        subject=SUBJECT,
        message_id=composing.new_message_id(),
    )


def _source(mail: Mail) -> bytes:

    return composing.source_of(composing.compose(mail, TEXT, ""))


def _saved(count: int) -> Iterator[list[Mail]]:

    for start in range(0, count, GROUP):
        mails = [_mail(number) for number in range(start, min(start + GROUP, count))]
        with transaction.atomic():
            Mail.objects.bulk_create(mails)
            MailContent.objects.bulk_create(
                MailContent(mail=mail, text=TEXT, source=_source(mail)) for mail in mails
            )
            MailEvent.objects.bulk_create(
                MailEvent(mail=mail, event="saved", at=mail.created_at) for mail in mails
            )
        yield mails


if __name__ == "__main__":
    main()
