"""Mails in every state, for the pages to show."""

from __future__ import annotations

from dataclasses import replace

from launcher.mail import Attachment, Draft, Recipient, Repeat, Rule, Step, Try
from tests.unit.gui.fakes import FakeSession


def post(session: FakeSession) -> None:
    """Mails in every state."""
    start = "2026-03-14T13:12:03.201Z"
    way = (
        Step("saved", start, 0, "by the window"),
        Step("published", start, 2, "confirmed by RabbitMQ"),
        Step("received", start, 9, "worker1@launcher"),
        Step("sending", start, 11),
    )
    mail = session.mail
    for number in range(6):
        mail.add(
            "DELIVERED",
            "Hello from the queue",
            reply="250 2.0.0 Ok: caught as 17",
            timeline=(*way, Step("delivered", start, 38 + number, "250 2.0.0 Ok: caught as 17")),
        )
        mail.catch("Hello from the queue", "Hello,\n\nthis mail went through the queue.\n")
    mail.add("SCHEDULED", "Monday report", ("team@example.com",))
    mail.add("FAILED", "Welcome", ("nobody@nowhere.invalid",), words="There is no such recipient.")
    retried = mail.add(
        "RETRYING",
        "Invoice 2041",
        ("team@example.org", "support@example.org"),
        words="The server asked to try again later: its mailbox is busy (451).",
        reply="451 4.3.0 Temporary failure, mailbox busy",
        timeline=(*way, Step("retrying", start, 51, "451 4.3.0 mailbox busy")),
        tries=(
            Try(
                1,
                "worker1@launcher",
                start,
                "2026-03-14T13:12:03.601Z",
                "RCPT",
                "deferred",
                451,
                "451 4.3.0 Temporary failure, mailbox busy",
                "The mailbox is busy.",
            ),
        ),
        html="<p>Dear team,</p><p>your <b>invoice 2041</b> is attached.</p>",
        attachments=(Attachment(0, "invoice-2041.pdf", "application/pdf", 48_211),),
    )
    recipients = (
        Recipient("team@example.org", "delivered", "250 2.1.5 OK"),
        Recipient("support@example.org", "deferred", "451 4.3.0 mailbox busy"),
    )
    mail.mails[retried.row.id] = replace(retried, recipients=recipients)
    mail.add("SENDING", "Your feedback", ("orders@example.com",), timeline=way)
    mail.add("UNKNOWN", "Contract", ("legal@example.org",), words="It may have arrived.")
    mail.add("DRAFT", "Holiday plans", ("team@example.com",))
    mail.kept_repeats = [
        Repeat(
            1,
            Draft(("team@example.com",), "Monday report"),
            Rule("week", "08:00", (0,)),
            "Europe/Berlin",
            True,
            "Every Monday at 08:00",
            "2099-01-05T07:00:00Z",
            "2026-03-09T07:00:00Z",
        ),
        Repeat(
            2,
            Draft(("you@example.com", "me@example.com"), "Is the backup there?"),
            Rule("", "", (), "30 6 * * 1-5"),
            "Europe/Berlin",
            False,
            "At 06:30, Monday through Friday",
            "",
            "",
        ),
    ]
    mail.catch(
        "Invoice 2041",
        "Dear team,\n\nyour invoice 2041 is attached.\n\nYours\nAccounting\n",
        "<h2>Invoice 2041</h2><p>Dear team,</p><p>your <b>invoice 2041</b> is attached. "
        "<img src='http://127.0.0.1:9/track.png' alt='our logo'></p>"
        "<table border=1 cellpadding=4><tr><th>What</th><th>Sum</th></tr>"
        "<tr><td>Carrots</td><td>12.00</td></tr></table>",
        mail_id=retried.row.id,
        attachments=(Attachment(0, "invoice-2041.pdf", "application/pdf", 48_211),),
    )
