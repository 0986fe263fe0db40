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
    """A RabbitMQ and an Erlang that were found. Paths are absolute.

    `path` is the PATH under which a shell script finds this Erlang first, "" where it does anyway.
    """

    server: str
    version: str
    erl: str
    erlang_version: str
    epmd: str
    path: str = ""


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
    """A wanted port was taken, and what was done about it.

    A pinned port is kept all the same: then `used` is `wanted`, and the service cannot start there.
    """

    service: str
    wanted: int
    used: int
    owner: PortOwner

    @property
    def blocked(self) -> bool:
        """Whether the port was pinned, so that no other one could be used instead."""
        return self.used == self.wanted

    @property
    def words(self) -> str:
        """One sentence that names the port, its owner and the way out."""
        taken = f"Port {self.wanted} is used by {self.owner.words}"
        if self.blocked:
            return f"{taken}, and {self.service} is set to use this port and no other."
        return f"{taken}, so {self.service} uses {self.used}."

    @property
    def remedy(self) -> str:
        """What the user can do about it, "" when nothing needs to be done."""
        if not self.blocked:
            return ""
        return f"End {self.owner.words}, or choose another port for {self.service} in the settings."


@dataclass(frozen=True, slots=True)
class AddressNotice:
    """A wanted address does not exist on this machine, and another one is used."""

    service: str
    wanted: str
    used: str

    @property
    def words(self) -> str:
        """One sentence that names both addresses."""
        return (
            f"This machine has no address {self.wanted}, so {self.service} listens on {self.used}."
        )

    @property
    def remedy(self) -> str:
        """Nothing needs to be done."""
        return ""


Notice = PortNotice | AddressNotice


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
    notices: tuple[Notice, ...] = ()

    def __getitem__(self, name: str) -> Endpoint:
        return self.by_name[name]
