"""The settings of a run: what of the file holds already, and what waits for a restart.

What nothing has to be restarted for is taken at once. The rest is put into effect by `apply`, when
the user asks for it, and needs no restart of its own where the services in question do not run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from launcher.core.facts import PortOwner
from launcher.core.spec import ServiceSpec
from launcher.live_plan import LivePlan
from launcher.runtime.supervisor import Supervisor
from launcher.services.project import worker_name
from launcher.settings import Settings
from launcher.settings.file import SettingsFile

Values = Mapping[tuple[str, ...], Any]
"""New values by their place in the file, such as ("ports", "django"); None is "not set"."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has to be restarted before the file holds: services by name, or the program itself."""

    services: tuple[str, ...] = ()
    program: bool = False


class LiveSettings:
    """Watches over one file for one run. Any thread may call; nothing here blocks for long.

    `take` gets the settings at every change, for what needs no restart; `tell` gets sentences for
    the user.
    """

    def __init__(
        self,
        file: SettingsFile,
        live: LivePlan,
        supervisor: Supervisor,
        *,
        take: Callable[[Settings], None],
        tell: Callable[[str], None],
    ) -> None:
        self.file = file
        self._live = live
        self._supervisor = supervisor
        self._take = take
        self._tell = tell
        # Not the plan's own: a command line may have asked for another broker.
        self._broker = file.settings.broker
        file.listen(self._changed)

    @property
    def now(self) -> Settings:
        """As the file says."""
        return self.file.settings

    def waiting(self) -> Waiting:
        """What must be restarted for all of it to hold."""
        settings, statuses = self.now, self._supervisor.statuses
        changed = self._live.changed_by(settings)
        return Waiting(
            tuple(name for name in changed if name in statuses and statuses[name].alive),
            program=settings.broker != self._broker,
        )

    def apply(self) -> None:
        """Put into effect what services have to be restarted for, and restart those that run."""
        self._supervisor.describe_anew(self._describe)

    def restarts(self, values: Values) -> Sequence[str]:
        """The running services that `change` would restart, by name."""
        changed = self._live.changed_by(_with(self.now, values))
        statuses = self._supervisor.statuses
        return [name for name in changed if name in statuses and statuses[name].alive]

    def obstacle(self, listener: str, port: int) -> PortOwner | None:
        """Who else has this port, None when nobody does. Blocks for some 30 ms."""
        return self._live.obstacle(listener, port)

    def change(self, values: Values) -> None:
        """Write values into the file (None takes one out) and restart what waits for them.

        Blocks on the disk. Raises ValueError for a value that may not be, and NotEditableError.
        """
        for entry, value in values.items():
            if value is None:
                self.file.reset(entry, None)
            else:
                self.file.put(entry, value)
        self.apply()

    def _changed(self) -> None:
        self._take(self.now)
        if not self.waiting().services:
            self.apply()

    def _describe(self) -> Iterable[ServiceSpec]:
        """On the supervisor's thread."""
        settings = self.now
        if self._live.differs_by(settings):
            before = {spec.name for spec in self._live.specs}
            try:
                notices = self._live.use_settings(settings)
            except OSError as error:
                self._tell(f"The settings cannot be used yet: {error.strerror or error}.")
            else:
                for notice in notices:
                    self._tell(notice.words)
                self._start_added(before)
        return self._live.specs

    def _start_added(self, before: Iterable[str]) -> None:
        """A worker that is added does what the first one is meant to do."""
        added = {spec.name for spec in self._live.specs}.difference(before)
        if added and self._supervisor.statuses[worker_name(1)].wanted:
            for name in added:
                self._supervisor.start(name)


def _with(settings: Settings, values: Values) -> Settings:
    """The settings with other values: of [ports], or of no table."""
    plain = {entry[0]: value for entry, value in values.items() if len(entry) == 1}
    ports = {**settings.ports, **{e[1]: value for e, value in values.items() if len(e) > 1}}
    taken = {name: port for name, port in ports.items() if port is not None}
    return replace(settings, ports=taken, **plain)
