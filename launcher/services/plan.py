"""All that the descriptions of the services are made from, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from launcher.core.facts import BrokerMode, Endpoints, RabbitInstallation
from launcher.core.project import Project
from launcher.paths import DATABASE, Home
from launcher.settings import Settings

BROKER_USER = "launcher"
BROKER_VHOST = "launcher"
FLOWER_USER = "launcher"
ADMIN_USER = "admin"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: what is wanted, what was found, and what was generated for it.

    `secrets` holds the credentials by name; `run` is the identity of this run, in every process's
    environment and in every answer that a probe checks.
    """

    settings: Settings
    project: Project
    home: Home
    run: str
    broker: BrokerMode
    endpoints: Endpoints
    secrets: Mapping[str, str] = field(repr=False)
    rabbitmq: RabbitInstallation | None = None
    plain_data: Path | None = None
    """Another name of the home's data folder, in ASCII; None where its own is ASCII already."""

    @property
    def broker_words(self) -> str:
        """The broker in a few words."""
        match self.broker:
            case BrokerMode.RABBITMQ if self.rabbitmq is not None:
                return f"Private RabbitMQ {self.rabbitmq.version} node"
            case BrokerMode.EXTERNAL:
                return f"Broker elsewhere, {shown_address(self.settings.broker)}"
            case _:
                return "Embedded broker: messages travel through files, without RabbitMQ"

    @property
    def broker_url(self) -> str:
        """The URL with its password; it goes into environments and nowhere else."""
        match self.broker:
            case BrokerMode.EXTERNAL:
                return self.settings.broker
            case BrokerMode.EMBEDDED:
                # kombu warns at every connection when there is no host.
                path = "/" + quote(self.embedded_folder.lstrip("/"), safe="/:")
                return f"filesystem://localhost{path}"
            case BrokerMode.RABBITMQ:
                where = self.endpoints["amqp"].text
                password = quote(self.secrets["broker_password"], safe="")
                return f"amqp://{BROKER_USER}:{password}@{where}/{BROKER_VHOST}"

    @property
    def embedded_folder(self) -> str:
        """Where the embedded broker keeps its messages, with forward slashes."""
        return (self.home.data / "broker").as_posix()

    @property
    def database_url(self) -> str:
        """SQLite in the home."""
        path = (self.home.data / DATABASE).as_posix()
        return "sqlite:///" + quote(path, safe="/:")

    @property
    def email_url(self) -> str:
        """Where mail goes: the profile in use, else the built-in catcher. Holds no password."""
        profile = self.settings.profile
        return profile.url if profile else f"smtp://{self.endpoints['catcher'].text}"

    def worker_node(self, number: int) -> str:
        """The node name of a worker, counted from 1; unique a run."""
        which = "" if number == 1 else str(number)
        return f"launcher{which}-{self.run[:8]}@localhost"

    @property
    def home_mark(self) -> str:
        """Eight characters that stand for the home, the same at every start."""
        return self.home.mark


def shown_address(url: str) -> str:
    """Host and port of a URL, without its login."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""


def management_access(plan: Plan) -> tuple[str, str, str] | None:
    """URL, user and password of RabbitMQ's management; None where the broker has none.

    That of a broker elsewhere is looked for at its usual port, with the login of the broker's URL.
    """
    match plan.broker:
        case BrokerMode.RABBITMQ:
            where = plan.endpoints["management"].text
            return f"http://{where}", BROKER_USER, plan.secrets["broker_password"]
        case BrokerMode.EXTERNAL:
            parts = urlsplit(plan.broker_url)
            secure = parts.scheme in ("amqps", "pyamqps")
            host = parts.hostname or "127.0.0.1"
            shown = f"[{host}]" if ":" in host else host
            url = f"https://{shown}:15671" if secure else f"http://{shown}:15672"
            user, password = unquote(parts.username or ""), unquote(parts.password or "")
            return url, user or "guest", password or "guest"
        case BrokerMode.EMBEDDED:
            return None


def virtual_host(plan: Plan) -> str:
    """The virtual host that all messages of this run travel on."""
    if plan.broker is not BrokerMode.EXTERNAL:
        return BROKER_VHOST
    path = urlsplit(plan.broker_url).path
    return unquote(path[1:]) or "/"
