"""The plan of a run as it stands: it changes when a service loses its port to another program,
or when the user chooses other mail servers or settings.

Owns the plan, the descriptions made from it, and the claims on its ports. Whom to tell about a
change is left to the session.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from launcher.core.facts import Endpoint, Endpoints, Notice, PortNotice, PortOwner
from launcher.core.spec import ServiceSpec
from launcher.runtime import port_choice
from launcher.runtime.port_claims import PortClaims
from launcher.services.catalogue import (
    SERVICE_OF_PORT,
    catalogue,
    title_of_port,
    wanted_endpoints,
    with_titles,
)
from launcher.services.plan import Plan
from launcher.settings import Settings

_LOOKS = 4
_LOOK_AGAIN = 0.05
"""A port counts as held when it is at all of these looks, this many seconds apart."""


class LivePlan:
    """Read from any thread; changed by the methods that say so, which one thread calls.

    `write_files` puts on disk what services read of a plan beside their command lines.
    """

    def __init__(self, plan: Plan, ports: PortClaims, write_files: Callable[[Plan], None]) -> None:
        self._ports = ports
        self._write_files = write_files
        self._plan = plan
        self._specs = catalogue(plan)

    @property
    def now(self) -> Plan:
        """The plan as it stands; never changed in place."""
        return self._plan

    @property
    def specs(self) -> tuple[ServiceSpec, ...]:
        """The descriptions of the services, in display order."""
        return self._specs

    def notices(self) -> Sequence[Notice]:
        """Ports and addresses that had to give way, in the user's words."""
        return with_titles(self._plan.endpoints.notices)

    def choose_ports_anew(self, service: str) -> Sequence[Notice]:
        """Give a service that lost its port another one; returns what moved, in the user's words.

        Raises OSError, and leaves the plan as it was, when no port is free or the files cannot be
        written.
        """
        before = self._plan.endpoints
        lost = {
            name: endpoint
            for name, endpoint in before.by_name.items()
            if SERVICE_OF_PORT[name] == service
        }
        kept = {endpoint.port for name, endpoint in before.by_name.items() if name not in lost}
        found = self._ports.resolve(lost, kept)
        endpoints = Endpoints(
            {**before.by_name, **found.by_name}, (*before.notices, *found.notices)
        )
        plan = replace(self._plan, endpoints=endpoints)
        # The broker's ports stand in its files as well.
        self._write_files(plan)
        self._plan, self._specs = plan, catalogue(plan)
        return with_titles(found.notices)

    def use_mail_servers(self, settings: Settings, secrets: Mapping[str, str]) -> None:
        """Describe the services with other mail servers; all else stays as it was at the start."""
        plan = self._plan
        known = replace(plan.settings, smtp=settings.smtp, mail=settings.mail)
        self._plan = replace(plan, settings=known, secrets={**plan.secrets, **secrets})
        self._specs = catalogue(self._plan)

    def changed_by(self, settings: Settings) -> Sequence[str]:
        """The services that `use_settings` would describe otherwise, in display order.

        Those that it would add or remove are not among them.
        """
        after = self._described_by(settings)
        return [one.name for one in self._specs if after.get(one.name, one) != one]

    def differs_by(self, settings: Settings) -> bool:
        """Whether `use_settings` would change, add or remove any service."""
        return [*self._described_by(settings).values()] != [*self._specs]

    def _described_by(self, settings: Settings) -> Mapping[str, ServiceSpec]:
        plan = replace(self._plan, settings=self._taken(settings))
        wanted = self._moved(settings)
        endpoints = {**self._plan.endpoints.by_name, **wanted}
        after = catalogue(replace(plan, endpoints=replace(plan.endpoints, by_name=endpoints)))
        return {spec.name: spec for spec in after}

    def obstacle(self, listener: str, port: int) -> PortOwner | None:
        """Who would stand in the way of `listener` at this port; None when nobody does.

        Blocks for some 30 ms. A port that the listener has already is free for it.
        """
        here = self._plan.endpoints[listener]
        if port == here.port:
            return None
        for name, each in self._plan.endpoints.by_name.items():
            if each.port == port:
                return PortOwner(None, title_of_port(name))
        wanted = replace(here, port=port)
        return None if port_choice.is_free(wanted) else port_choice.owner_of(wanted)

    def use_settings(self, settings: Settings) -> Sequence[Notice]:
        """Describe the services by other settings; returns what had to give way, as `notices` do.

        Mail servers are `use_mail_servers`' part, and another kind of broker is another plan: both
        stay. Raises OSError as `choose_ports_anew`.
        """
        before = self._plan.endpoints
        moved = self._moved(settings)
        kept = {name: each for name, each in before.by_name.items() if name not in moved}
        # A service that keeps its port need not be asked whether the port is free.
        same = {
            name: each
            for name, each in moved.items()
            if (each.address, each.port) == (before[name].address, before[name].port)
        }
        asked = {name: each for name, each in moved.items() if name not in same}
        found = self._ports.resolve(asked, {each.port for each in kept.values()})
        by_name = {**before.by_name, **same, **found.by_name}
        told = tuple(notice for notice in before.notices if notice.service not in moved)
        plan = replace(
            self._plan,
            settings=self._taken(settings),
            endpoints=Endpoints(by_name, (*told, *found.notices)),
        )
        self._write_files(plan)
        self._plan, self._specs = plan, catalogue(plan)
        return with_titles(found.notices)

    def _taken(self, settings: Settings) -> Settings:
        now = self._plan.settings
        return replace(settings, broker=now.broker, smtp=now.smtp, mail=now.mail)

    def _moved(self, settings: Settings) -> Mapping[str, Endpoint]:
        """The listeners that these settings want elsewhere, or pinned, or no longer."""
        broker = self._plan.broker
        before = wanted_endpoints(self._plan.settings, broker)
        after = wanted_endpoints(settings, broker)
        return {name: each for name, each in after.items() if each != before[name]}

    def held_ports(self) -> int:
        """How many ports of this run somebody listens on now, asked of the system.

        Blocks for 0.15 s if there is one.
        """
        # A pinned port that another program held from the beginning was never ours.
        foreign = {
            notice.used
            for notice in self._plan.endpoints.notices
            if isinstance(notice, PortNotice) and notice.blocked
        }
        held = [
            endpoint
            for endpoint in self._plan.endpoints.by_name.values()
            if endpoint.port not in foreign and not port_choice.is_free(endpoint)
        ]
        for _ in range(_LOOKS - 1):
            if not held:
                break
            # A launcher that looks for ports listens on each for microseconds, to try it.
            threading.Event().wait(_LOOK_AGAIN)
            held = [endpoint for endpoint in held if not port_choice.is_free(endpoint)]
        return len(held)

    def release_ports(self) -> None:
        """Let other launchers choose these ports."""
        self._ports.release()
