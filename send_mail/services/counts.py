"""How many mails are in each state, without counting them: triggers of the database do."""

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from send_mail.models import Mail, MailCount
from send_mail.states import SCHEDULED, State

MANY = 100
_ADD_UP = """
WITH gone AS (DELETE FROM send_mail_mailcount RETURNING state, n)
INSERT INTO send_mail_mailcount(state, n) SELECT state, sum(n) FROM gone GROUP BY state
"""


def by_state() -> dict[str, int]:
    """Return the number of mails for every state, 0 where there is none."""
    found = dict(MailCount.objects.values_list("state").annotate(Sum("n")))
    return {state: found.get(state, 0) for state in State.values}


def shown() -> dict[str, int]:
    """Return the same with SCHEDULED apart from QUEUED: each mail counts where it is shown.

    Those alone are counted, along the index of state and time: a mail becomes due by the clock,
    which no trigger sees.
    """
    found = by_state()
    queued = found[State.QUEUED]
    later = Mail.objects.filter(state=State.QUEUED, due_at__gt=timezone.now())
    scheduled = min(later.count(), queued) if queued else 0
    return {**found, State.QUEUED: queued - scheduled, SCHEDULED: scheduled}


def add_up() -> None:
    """Put PostgreSQL's rows together, one a state. The relay asks; SQLite's are so already."""
    if connection.vendor == "postgresql" and MailCount.objects.count() > MANY:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ADD_UP)
