"""Made-up sessions in which something is missing, fails, or is not there yet."""

from __future__ import annotations

import threading
from dataclasses import replace

from launcher.core.checks import CheckResult, Verdict
from launcher.core.facts import BrokerMode
from launcher.core.logs import Level
from launcher.core.state import Problem, ServiceState
from launcher.live_settings import Waiting
from launcher.mail import Chaos
from launcher.runtime.probes.alarms import alarm_problem
from launcher.settings import parse
from tests.screenshots.sessions import lively, with_mail_servers
from tests.unit.gui.fakes import FakeSession, all_stopped, failing


def broken() -> FakeSession:
    """A missing prerequisite, a failed service, one that is tried again."""
    session = lively()
    session.found = (
        CheckResult("Python", Verdict.OK, "Python 3.13.2 at /usr/bin/python3"),
        CheckResult(
            "Erlang and RabbitMQ together",
            Verdict.FAIL,
            "RabbitMQ 4.2.9 needs Erlang 27 to 27.x, found 25.2",
            "Install an Erlang of that range, see https://www.rabbitmq.com/docs/which-erlang",
        ),
        CheckResult(
            "Folder",
            Verdict.WARN,
            "The data folder is on a network drive",
            "Set CELERY_LAUNCHER_HOME to a folder on this machine.",
        ),
    )
    for _ in range(2):
        session.logs.add("worker", "ERROR ModuleNotFoundError: shop", Level.ERROR)
    session.now_stand(failing())
    return session


def embedded() -> FakeSession:
    """Without RabbitMQ, nothing started yet."""
    statuses = all_stopped()
    del statuses["rabbitmq"]
    session = FakeSession(statuses)
    session.broker = BrokerMode.EMBEDDED
    session.broker_words = "Embedded broker: messages travel through files, without RabbitMQ"
    session.broker_remedy = "sudo apt install rabbitmq-server"
    session.mail.unavailable = "Django is not ready yet."
    return session


def slow_to_install() -> FakeSession:
    """Without RabbitMQ; what is installed takes as long as the picture does."""
    session = embedded()
    session.fix_gate = threading.Event()
    return session


def beginning() -> FakeSession:
    """An empty home without RabbitMQ, nothing started."""
    session = embedded()
    session.first_run = True
    return session


def first_run_broken() -> FakeSession:
    """An empty home, a service that cannot start."""
    session = broken()
    session.first_run = True
    return session


def stuck() -> FakeSession:
    """Paused, in safe mode, the catcher misbehaves, and mail could be released."""
    session = lively()
    session.mail.paused = "The mail server refused the login (535): user name or password."
    session.mail.safe_mode = "me@example.org"
    session.mail.release_to = session.mail.server = "smtp.example.org:587"
    session.mail.misbehaves = Chaos("451", 3)
    return session


def away() -> FakeSession:
    """Django does not answer."""
    session = lively()
    session.mail.unavailable = "Django did not answer within 5 s."
    return session


def unkind() -> FakeSession:
    session = lively()
    session.mail.refuse = {"to": ["you@example is no address: a domain needs a dot."]}
    return session


def misset() -> FakeSession:
    """A file with wrong lines, and services that still run as before."""
    session = lively()
    text = (
        'pool = "eventlett"\nconcurrency = 5000\ntheme = "pink"\n'
        '[ports]\ndjango = 80000\namqp = "many"\n[mail]\nredirect_to = "me"\n'
    )
    session.settings.file._settings, session.settings.file._errors = parse(text)
    session.settings.waits = Waiting(("worker", "beat"), program=True)
    return session


def _with_rabbitmq(session: FakeSession, **changes: object) -> FakeSession:
    statuses = dict(session.statuses())
    statuses["rabbitmq"] = replace(statuses["rabbitmq"], **changes)
    session.now_stand(statuses)
    return session


def alarmed() -> FakeSession:
    """RabbitMQ has no room and takes nothing."""
    return _with_rabbitmq(lively(), problem=alarm_problem(["disk space", "memory"]))


def hung() -> FakeSession:
    """RabbitMQ runs and does not answer."""
    problem = Problem("RabbitMQ did not answer within 5 s, three times.", "")
    return _with_rabbitmq(lively(), state=ServiceState.UNHEALTHY, problem=problem)


def out_of_reach() -> FakeSession:
    """A broker elsewhere that is not there."""
    session = lively()
    session.broker = BrokerMode.EXTERNAL
    session.broker_words = "RabbitMQ at broker.example.org:5671"
    return _with_rabbitmq(
        session,
        state=ServiceState.BACKOFF,
        alive=False,
        pid=None,
        problem=Problem("broker.example.org:5671 refuses the connection.", "Is it running?"),
    )


def many_errors() -> FakeSession:
    """Thousands of errors, dozens of restarts."""
    session = lively()
    for service, count in (("worker", 12_345), ("beat", 987), ("flower", 1)):
        for _ in range(count):
            session.logs.add(service, "ERROR it is broken", Level.ERROR)
    statuses = dict(session.statuses())
    statuses["worker"] = replace(statuses["worker"], restarts=123)
    session.now_stand(statuses)
    return session


def many_ports_moved() -> FakeSession:
    """Another program of this kind runs."""
    session = lively()
    session.moved = ()
    session.found += tuple(
        CheckResult(
            "Port",
            Verdict.WARN,
            f"Port {port} is held by beam.smp (4312): {title} uses {port + 1}",
            "Set it under [ports] in the settings to keep it.",
        )
        for title, port in (("RabbitMQ", 5672), ("Django", 8000), ("Flower", 5566), ("epmd", 4369))
    )
    return session


def hostile() -> FakeSession:
    """Lines that would do something where they were obeyed, and one without an end."""
    session = lively()
    for text in (
        "WARNING " + "no end " * 120,
        "\x1b]52;c;aGVsbG8=\x07 \x1b[31mred\x1b[0m \x1b]0;another title\x07",
        "from the \u202eright to the left\u202c, a NUL \x00 and a tab\tbetween",
    ):
        session.logs.add("worker", text, Level.WARNING)
    return session


def unremovable() -> FakeSession:
    """Nothing can be removed now."""
    session = lively()
    session.start_over.refuse = (
        "The database is not in this home: it is where DATABASE_URL points. Remove it there."
    )
    return session


def without_password() -> FakeSession:
    """The mail server in use has a login, and nobody knows its password."""
    session = with_mail_servers()
    session.settings.file._settings = replace(
        session.settings.now, mail=replace(session.settings.now.mail, profile="work")
    )
    session.mail_servers._missing = ("work",)
    return session
