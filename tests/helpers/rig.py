"""A supervisor over real processes, without a home, a control channel or the stack's services."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from launcher import platform
from launcher.core.events import ProbeAnswer
from launcher.core.protocols import Prober
from launcher.core.spec import ProbeKind, ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus
from launcher.runtime.clock import MonotonicClock
from launcher.runtime.logs import LogStore
from launcher.runtime.probes import make_prober
from launcher.runtime.probes.answers import not_ready, ready
from launcher.runtime.process import Children
from launcher.runtime.supervisor import Supervisor, all_at_rest
from tests.helpers import processes
from tests.helpers.waiting import eventually


class Rig:
    """Runs `specs` and keeps every status that was published, with its time."""

    def __init__(self, *specs: ServiceSpec) -> None:
        self.run = uuid.uuid4().hex
        self.seen: list[tuple[float, ServiceStatus]] = []
        self.faults: list[Exception] = []
        self._folder = Path(tempfile.mkdtemp(prefix="celery-launcher-rig-"))
        self.logs = LogStore(self._folder)
        children = Children(
            platform.current(), self.run, self.logs, lambda pid: None, lambda pid: None
        )
        self.supervisor = Supervisor(
            specs,
            runner=children,
            make_prober=_prober,
            clock=MonotonicClock(),
            resolve_ports=lambda name: self.supervisor.specs.values(),
            notice=lambda words: None,
            unexpected=self.faults.append,
        )

    def status(self, name: str) -> ServiceStatus:
        return self.supervisor.statuses[name]

    def wait(self, name: str, *states: ServiceState, timeout: float = 20) -> ServiceStatus:
        """Until the service is in one of `states`."""
        eventually(
            lambda: self.status(name).state in states,
            timeout,
            lambda: f"{name} {states}, is {self.status(name)}",
            0.005,
        )
        return self.status(name)

    def entered(self, name: str, state: ServiceState) -> list[tuple[float, ServiceStatus]]:
        """When it entered a state, and as what."""
        found: dict[int, tuple[float, ServiceStatus]] = {}
        for at, status in self.seen:
            if status.service == name and status.state is state:
                found.setdefault(status.epoch, (at, status))
        return list(found.values())

    def __enter__(self) -> Self:
        self.supervisor.run()
        self.supervisor.subscribe(self._observe)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.supervisor.stop_all()
        self.supervisor.wait_until(all_at_rest, 10)
        self.supervisor.close()
        for process in processes.of_run(self.run):
            processes.end(process.pid)
        shutil.rmtree(self._folder, ignore_errors=True)
        assert self.faults == [] or error is not None, self.faults

    def _observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        now = time.monotonic()
        self.seen += [(now, status) for status in statuses.values()]


def python(code: str, *words: str) -> tuple[str, ...]:
    """The command line of a small Python program."""
    return (sys.executable, "-c", code, *words)


class _FileThere:
    """Ready once a file is there: what the rig's own programs make to say so."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def probe(self) -> ProbeAnswer:
        return ready() if self._path.exists() else not_ready("its file is not there")

    def close(self) -> None:
        """Nothing is held."""


def _prober(spec: ServiceSpec) -> Prober:
    if spec.probe.kind is ProbeKind.TICK_FILE:
        return _FileThere(spec.probe.target)
    return make_prober(spec.probe, lambda name: "")
