"""Made-up sessions in which all goes well: what stands in the window that is drawn."""

from __future__ import annotations

from dataclasses import replace

from launcher.core.logs import Level
from launcher.core.state import ServiceState, ServiceStatus
from launcher.mail import Template, Words
from launcher.settings import parse
from tests.screenshots.mails import post
from tests.unit.gui.fakes import NOW, SPECS, FakeSession, FakeUsage, all_ready, taken_port


def lively() -> FakeSession:
    """Everything runs, mails travel, lines are printed."""
    session = FakeSession()
    session.moved = (taken_port(),)
    load = dict(zip(SPECS, (0.4, 0.0, 0.1, 6.2, 0.0, 0.3, 0.0), strict=True))
    size = dict(zip(SPECS, (131, 0, 57, 85, 48, 74, 41), strict=True))
    session.usages = {
        name: FakeUsage(load[name], size[name] * 1_000_000) for name in SPECS if name != "migrate"
    }
    at = 1_773_493_923.201
    lines = (
        ("django", "POST /api/mails 202 in 4 ms · mail 12 saved", Level.INFO),
        ("django", "mail 12 published to mail/mail.send, confirmed", Level.INFO),
        ("worker", "Task send_mail.tasks.send_email_task[3c1e9a52] received", Level.INFO),
        ("worker", "mail 12 connected to 127.0.0.1:1025", Level.INFO),
        (
            "worker",
            "WARNING mail 11: support@example.org 451 4.3.0 mailbox busy, again in 120 s",
            Level.WARNING,
        ),
        (
            "worker",
            "Task send_mail.tasks.send_email_task[3c1e9a52] succeeded in 0.041s",
            Level.INFO,
        ),
        ("beat", "Scheduler: Sending due task relay (send_mail.tasks.relay)", Level.INFO),
        ("catcher", "127.0.0.1:51822 RCPT you@example.com 250 OK", Level.INFO),
        (
            "flower",
            "ERROR OSError: [Errno 98] 127.0.0.6:5566 is in use by python (9120)",
            Level.ERROR,
        ),
        ("launcher", "flower exited with 1, tries again in 4 s (3 of 5)", Level.INFO),
        (
            "rabbitmq",
            "[info] connection <0.812.0> (127.0.0.1:51822 -> 127.0.0.1:5672 - "
            "celery@launcher): user 'launcher' authenticated and granted access to vhost '/'",
            Level.INFO,
        ),
        ("worker", "DEBUG | Worker: Hub.register Autoscaler...", Level.DEBUG),
    )
    for number in range(1_200):
        service, text, level = lines[number % len(lines)]
        session.logs.add(service, text, level, at + number * 0.137)
    post(session)
    return session


def two_workers() -> FakeSession:
    session = lively()
    session.moved = ()
    session.described["worker2"] = replace(SPECS["worker"], name="worker2", title="Worker 2")
    second = replace(session.statuses()["worker"], service="worker2", pid=5391)
    order = ["rabbitmq", "migrate", "django", "worker", "worker2", "beat", "flower", "catcher"]
    known = {**session.statuses(), "worker2": second}
    session._statuses = {name: known[name] for name in order}
    session.settings.file._settings, _ = parse("workers = 2\n")
    return session


def half_started() -> FakeSession:
    """In the middle of Start all."""
    ready = all_ready()
    waits = {"worker": ("rabbitmq",), "beat": ("rabbitmq",), "flower": ("rabbitmq",)}
    statuses = {
        name: ServiceStatus(name, ServiceState.WAITING, wanted=True, waiting_on=on)
        for name, on in waits.items()
    }
    for name in ("rabbitmq", "django"):
        statuses[name] = ServiceStatus(
            name,
            ServiceState.STARTING,
            wanted=True,
            since=NOW - 1.4,
            alive=True,
            pid=5120,
            started_at=NOW - 1.4,
        )
    statuses |= {name: ready[name] for name in ("migrate", "catcher")}
    return FakeSession({name: statuses[name] for name in ready})


def newcomer() -> FakeSession:
    """An empty home, everything just started."""
    session = FakeSession()
    session.first_run = True
    return session


def many() -> FakeSession:
    """A thousand templates' worth of fields: what lists look like when they are long."""
    session = lively()
    session.mail.kept_templates = [
        Template(1, "Welcome", Words("Welcome, {{ name }}", "Dear {{ name }},\n"), ("name",)),
        Template(2, "Invoice for a customer with a long name", Words("Invoice", "…")),
    ]
    for number in range(1_000):
        session.mail.add("DELIVERED", f"Newsletter {number}")
    return session


def with_mail_servers() -> FakeSession:
    """Two servers, one of them in use."""
    session = lively()
    session.settings.file._settings, _ = parse(
        '[smtp.work]\nhost = "smtp.example.org"\nport = 587\nuser = "me@example.org"\n'
        '[smtp.home]\nhost = "mail.example.com"\nport = 465\nsecurity = "tls"\n'
        '[mail]\nprofile = "home"\n'
    )
    return session
