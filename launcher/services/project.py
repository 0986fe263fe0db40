"""The project's own processes: database step, Django, worker, beat, Flower, mail catcher."""

from __future__ import annotations

import re
from collections.abc import Mapping

from launcher.core.facts import BrokerMode
from launcher.core.spec import (
    Backoff,
    LineMeaning,
    LineWatch,
    Link,
    ProbeKind,
    ProbeSpec,
    RestartPolicy,
    ServiceKind,
    ServiceSpec,
    StopAction,
    StopPlan,
    StopStep,
)
from launcher.services.plan import ADMIN_USER, FLOWER_USER, Plan

_QUICK_STOP = StopPlan(
    (StopStep(StopAction.TERMINATE, timeout=5.0), StopStep(StopAction.KILL_TREE, timeout=5.0))
)
_WEB_RESTART = RestartPolicy(backoff=Backoff(first=0.3), unhealthy_limit=30.0)
_LARGEST_BODY = 30 * 2**20
"""Bytes: what a mail may carry and a form around it; more is refused before it is read."""
_START_LIMIT = 150.0
"""Seconds for a service that boots beside the broker: the broker's own limit is in it."""
_NOTHING_IN_HAND = LineWatch(r"nothing in hand, may be ended", LineMeaning.MAY_END)
"""The bundled worker says so once its warm shutdown was asked for and it holds no task."""


def environment(plan: Plan) -> Mapping[str, str]:
    """What the project's own commands need; `celery-launcher env` prints it."""
    return {**_base(plan), **_mail(plan)}


def _base(plan: Plan) -> Mapping[str, str]:
    """What every process of the project gets."""
    return {
        **plan.project.environment,
        "DJANGO_SETTINGS_MODULE": plan.project.settings_module,
        # Said out loud: a DEBUG of the user's shell must not reach it.
        "DEBUG": "off",
        "SECRET_KEY": plan.secrets["secret_key"],
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DATABASE_URL": plan.database_url,
        "CELERY_BROKER_URL": plan.broker_url,
        "LAUNCHER_MAIL_TIME_SCALE": f"{plan.settings.mail_time_scale:g}",
        # The website's: they import every page, and a killed worker is to be back within seconds.
        "CELERY_SKIP_CHECKS": "true",
        # Green DNS takes eventlet's place of the system's resolver, which breaks on Windows.
        "EVENTLET_NO_GREENDNS": "yes",
    }


def _mail(plan: Plan) -> Mapping[str, str]:
    """Which mail servers are used for what, without their passwords: for Django and the worker.

    Others do not get it, so that they need no restart when it changes. Every entry is said out
    loud: one of the user's shell must not take its place.
    """
    settings = plan.settings
    profile, release = settings.profile, settings.release_profile
    return {
        "EMAIL_URL": plan.email_url,
        "LAUNCHER_MAIL_SERVER_NAME": profile.name if profile else "the catcher",
        "DEFAULT_FROM_EMAIL": (profile.sender if profile else "") or settings.mail_from,
        "EMAIL_RELEASE_URL": release.url if release else "",
        "EMAIL_RELEASE_FROM": (release.sender or settings.mail_from) if release else "",
        "MAIL_REDIRECT_TO": settings.mail.redirect_to,
        "LAUNCHER_MAIL_RETENTION_DAYS": str(settings.mail.retention_days),
    }


def migrate(plan: Plan) -> ServiceSpec:
    """Brings the database up to date, once, before whoever uses it."""
    return ServiceSpec(
        name="migrate",
        title="Database",
        kind=ServiceKind.ONE_SHOT,
        summary="migrations, before Django and the worker",
        command=(plan.project.interpreter, "-m", "launcher", "prepare-database"),
        environment={
            **_base(plan),
            "LAUNCHER_ADMIN_PASSWORD": plan.secrets["admin_password"],
        },
        folder=plan.project.folder,
        restart=RestartPolicy(max_failures=2, backoff=Backoff(first=1.0)),
        stop=_QUICK_STOP,
    )


def django(plan: Plan) -> ServiceSpec:
    """The web pages and the API, on waitress."""
    where = plan.endpoints["django"]
    return ServiceSpec(
        name="django",
        title="Django",
        summary=f"waitress · {where.text}",
        command=(
            *(plan.project.interpreter, "-m", "waitress"),
            *(f"--listen={where.text}", "--threads=8", f"--max-request-body-size={_LARGEST_BODY}"),
            plan.project.wsgi,
        ),
        environment={
            **environment(plan),
            "LAUNCHER_API_TOKEN": plan.secrets["api_token"],
        },
        folder=plan.project.folder,
        depends_on=("migrate",),
        address=where.address,
        port=where.port,
        port_pinned=where.pinned,
        probe=ProbeSpec(
            ProbeKind.HTTP_IDENTITY,
            target=f"http://{where.text}/healthz",
            identity=plan.run,
            asks_first=True,
        ),
        restart=_WEB_RESTART,
        stop=_QUICK_STOP,
        links=(
            Link("Mail form", f"http://{where.text}/"),
            Link(
                "Admin",
                f"http://{where.text}/admin/",
                user=ADMIN_USER,
                secret="admin_password",
                one_time=True,
            ),
        ),
    )


def worker_name(number: int) -> str:
    """The service's name of a worker, counted from 1: "worker", "worker2"."""
    return "worker" if number == 1 else f"worker{number}"


def is_worker(name: str) -> bool:
    """Whether a service of this name is a worker."""
    return re.fullmatch(r"worker\d*", name) is not None


def worker(plan: Plan, number: int = 1) -> ServiceSpec:
    """A Celery worker that delivers mails, counted from 1; all of them take from one queue."""
    settings = plan.settings
    node = plan.worker_node(number)
    word = "legacy pool" if settings.pool == "eventlet" else "pool"
    size = "" if settings.pool == "solo" else f" ×{settings.concurrency}"
    return ServiceSpec(
        name=worker_name(number),
        title="Worker" if number == 1 else f"Worker {number}",
        summary=f"{settings.pool}{size} · {word}",
        command=(
            *(*_celery(plan), "worker", "-l", settings.log_level),
            *("-P", settings.pool, "-c", str(settings.concurrency), "-E"),
            *(("-Q", ",".join(settings.queues)) if settings.queues else ()),
            # Gossip and mingle cost a second at the start and hang the stop of green pools.
            *("--without-gossip", "--without-mingle", "-n", node),
        ),
        environment={
            **environment(plan),
            # The worker alone speaks to the mail servers.
            "EMAIL_HOST_PASSWORD": plan.secrets["mail_password"],
            "EMAIL_RELEASE_PASSWORD": plan.secrets["release_password"],
        },
        folder=plan.project.folder,
        depends_on=_with_broker(plan, "migrate"),
        boots_beside=_beside_broker(plan),
        start_timeout=_START_LIMIT,
        probe=ProbeSpec(
            ProbeKind.WORKER_PING,
            identity=node,
            secret="broker_url",
            starting_interval=0.2,
        ),
        watches=(
            LineWatch(r"celery@?\S* ready\.|@localhost ready\.", LineMeaning.READY_HINT),
            _NOTHING_IN_HAND,
        ),
        waits_for_hint=True,
        restart=RestartPolicy(backoff=Backoff(first=0.3)),
        stop=StopPlan(
            (
                StopStep(StopAction.TERMINATE, timeout=10.0, settle=0.05),
                StopStep(StopAction.KILL_TREE, timeout=5.0),
            )
        ),
    )


def beat(plan: Plan) -> ServiceSpec:
    """The scheduler; its tick is the relay that publishes every due mail."""
    tick = plan.home.run / "beat-tick.json"
    schedule = plan.home.data / f"beat-schedule-{plan.broker}"
    return ServiceSpec(
        name="beat",
        title="Beat",
        summary="schedule · relay of due mail",
        command=(
            *(*_celery(plan), "beat", "-l", plan.settings.log_level, "--pidfile="),
            *(
                "--schedule",
                str(schedule),
                "-S",
                f"{plan.project.celery_app}.beat:TickingScheduler",
            ),
        ),
        environment={**_base(plan), "CELERY_BEAT_TICK_FILE": str(tick)},
        folder=plan.project.folder,
        depends_on=_with_broker(plan, "migrate"),
        boots_beside=_beside_broker(plan),
        start_timeout=_START_LIMIT,
        probe=ProbeSpec(ProbeKind.TICK_FILE, target=str(tick), identity=plan.run),
        restart=RestartPolicy(backoff=Backoff(first=0.3)),
        stop=_QUICK_STOP,
    )


def flower(plan: Plan) -> ServiceSpec:
    """Flower, behind a generated login."""
    where = plan.endpoints["flower"]
    login = f"{FLOWER_USER}:{plan.secrets['flower_password']}"
    return ServiceSpec(
        name="flower",
        title="Flower",
        summary=f"monitor · {where.text}",
        command=(
            *(*_celery(plan), "flower"),
            *(f"--address={where.address}", f"--port={where.port}"),
        ),
        environment={**_base(plan), "FLOWER_BASIC_AUTH": login},
        folder=plan.project.folder,
        # It would start without a broker, but say so loudly: a second error log for one fact.
        depends_on=_with_broker(plan),
        boots_beside=_beside_broker(plan),
        start_timeout=_START_LIMIT,
        address=where.address,
        port=where.port,
        port_pinned=where.pinned,
        probe=ProbeSpec(
            ProbeKind.HTTP_LOGIN,
            target=f"http://{where.text}/api/task/types",
            user=FLOWER_USER,
            secret="flower_password",
            asks_first=True,
        ),
        restart=_WEB_RESTART,
        # It keeps nothing; its own end waits a second for its connections.
        watches=(LineWatch(r"detected, shutting down", LineMeaning.MAY_END),),
        stop=StopPlan(
            (
                StopStep(StopAction.TERMINATE, timeout=5.0, settle=0.05),
                StopStep(StopAction.KILL_TREE, timeout=5.0),
            )
        ),
        links=(
            Link(
                "Flower",
                f"http://{where.text}/",
                user=FLOWER_USER,
                secret="flower_password",
                one_time=True,
            ),
        ),
    )


def catcher(plan: Plan) -> ServiceSpec:
    """The mail server that keeps what it gets: the inbox."""
    where = plan.endpoints["catcher"]
    return ServiceSpec(
        name="catcher",
        title="Mail catcher",
        summary=f"SMTP · {where.text}",
        command=(
            *(plan.project.interpreter, "-m", "django", "catch_mail"),
            *("--host", where.address, "--port", str(where.port)),
        ),
        environment=_base(plan),
        folder=plan.project.folder,
        depends_on=("migrate",),
        address=where.address,
        port=where.port,
        port_pinned=where.pinned,
        probe=ProbeSpec(
            ProbeKind.SMTP_GREETING, target=where.text, identity=plan.run, asks_first=True
        ),
        restart=_WEB_RESTART,
        stop=_QUICK_STOP,
    )


def _celery(plan: Plan) -> tuple[str, ...]:
    """`celery -A app`; on a node that boots at the same time, through the command that waits."""
    module = ("launcher", "celery") if plan.broker is BrokerMode.RABBITMQ else ("celery",)
    return (plan.project.interpreter, "-m", *module, "-A", plan.project.celery_app)


def _beside_broker(plan: Plan) -> frozenset[str]:
    return frozenset({"rabbitmq"} if plan.broker is BrokerMode.RABBITMQ else ())


def _with_broker(plan: Plan, *names: str) -> tuple[str, ...]:
    """The embedded broker is a folder: there is nothing to wait for."""
    return names if plan.broker is BrokerMode.EMBEDDED else ("rabbitmq", *names)
