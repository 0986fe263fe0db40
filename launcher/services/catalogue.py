"""The services of a run, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from launcher.core.facts import BrokerMode, Endpoint, Notice
from launcher.core.spec import ServiceSpec
from launcher.services import project, rabbitmq
from launcher.services.plan import Plan
from launcher.settings import Settings

_USUAL_PORTS = {
    "amqp": 5672,
    "management": 15672,
    "distribution": 25672,
    # Not Erlang's own 4369, which a system-wide epmd usually holds.
    "epmd": 24369,
    "django": 8000,
    "flower": 5566,
    "catcher": 1025,
}
SERVICE_OF_PORT = {
    "amqp": "rabbitmq",
    "management": "rabbitmq",
    "distribution": "rabbitmq",
    "epmd": "epmd",
    "django": "django",
    "flower": "flower",
    "catcher": "catcher",
}
_TITLE_OF_PORT = {
    "amqp": "RabbitMQ",
    "management": "RabbitMQ's dashboard",
    "distribution": "RabbitMQ's distribution",
    "epmd": "the Erlang port mapper",
    "django": "Django",
    "flower": "Flower",
    "catcher": "the mail catcher",
}


def title_of_port(name: str) -> str:
    """What a listener is called in a sentence."""
    return _TITLE_OF_PORT[name]


def with_titles(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices in the user's words: a listener is called what its service is called."""
    return tuple(
        replace(notice, service=_TITLE_OF_PORT.get(notice.service, notice.service))
        for notice in notices
    )


def wanted_endpoints(settings: Settings, broker: BrokerMode) -> dict[str, Endpoint]:
    """Where each listener of this run would like to be; a port that the user set is pinned."""
    names = [
        name
        for name, service in SERVICE_OF_PORT.items()
        if broker is BrokerMode.RABBITMQ or service not in ("rabbitmq", "epmd")
    ]
    return {
        name: Endpoint(
            settings.flower_address if name == "flower" else "127.0.0.1",
            settings.ports.get(name, _USUAL_PORTS[name]),
            pinned=name in settings.ports,
        )
        for name in names
    }


def catalogue(plan: Plan) -> tuple[ServiceSpec, ...]:
    """Describe every service of this run."""
    broker: tuple[ServiceSpec, ...] = ()
    if plan.broker is BrokerMode.EXTERNAL:
        broker = (rabbitmq.elsewhere(plan),)
    elif plan.broker is BrokerMode.RABBITMQ and plan.rabbitmq is not None:
        broker = (rabbitmq.epmd(plan, plan.rabbitmq), rabbitmq.private_node(plan, plan.rabbitmq))
    return (
        *broker,
        project.migrate(plan),
        project.django(plan),
        *(project.worker(plan, number) for number in range(1, plan.settings.workers + 1)),
        project.beat(plan),
        project.flower(plan),
        project.catcher(plan),
    )
