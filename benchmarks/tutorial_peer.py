"""The tutorial's worker as printed: a task that sends one mail, no rows, Celery's defaults."""

from __future__ import annotations

import os
import smtplib

from celery import Celery

app = Celery("tutorial_peer", broker=os.environ["CELERY_BROKER_URL"])
app.conf.task_default_queue = "benchmark.tutorial"


@app.task
def send_email_task(number: int) -> None:
    """Send one mail on a connection of its own, as Django's send_mail does."""
    with smtplib.SMTP("127.0.0.1", int(os.environ["SINK_PORT"])) as smtp:
        message = f"Subject: Celery Task Worked!\r\n\r\nmail {number}\r\n"
        smtp.sendmail("a@localhost", ["b@localhost"], message)
