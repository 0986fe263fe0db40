"""What was found on this machine, handed to the services as data."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class BrokerMode(enum.StrEnum):
    """Which broker carries the messages."""

    RABBITMQ = "rabbitmq"
    """A private node, started and ended here."""
    EMBEDDED = "embedded"
    """kombu's filesystem transport: no server, for machines without RabbitMQ."""
    EXTERNAL = "external"
    """One that runs elsewhere, reached by its URL."""


@dataclass(frozen=True, slots=True)
class RabbitInstallation:
    """A RabbitMQ and an Erlang that were found. Paths are absolute."""

    server: str
    version: str
    erl: str
    erlang_version: str
    epmd: str


@dataclass(frozen=True, slots=True)
class PortOwner:
    """Who holds a port; `pid` is None where the system does not tell."""

    pid: int | None
    name: str

    @property
    def words(self) -> str:
        """Such as "node (4312)"."""
        return f"{self.name} ({self.pid})" if self.pid is not None else self.name


@dataclass(frozen=True, slots=True)
class PortNotice:
    """A wanted port was taken, and what was done about it."""

    service: str
    wanted: int
    used: int
    owner: PortOwner

    @property
    def words(self) -> str:
        """One sentence that names the port, its owner and the way out."""
        return (
            f"Port {self.wanted} is used by {self.owner.words}, so {self.service} uses {self.used}."
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service listens."""

    address: str
    port: int
    pinned: bool = False

    @property
    def text(self) -> str:
        """`address:port`."""
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Every listener's address, chosen before the services are described."""

    by_name: Mapping[str, Endpoint] = field(default_factory=dict)
    notices: tuple[PortNotice, ...] = ()

    def __getitem__(self, name: str) -> Endpoint:
        return self.by_name[name]
