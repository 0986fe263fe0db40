"""honcho and supervisord on the launcher's own services: same commands, same environment.

Neither knows readiness or order, so all is started at once and each service is asked by the
launcher's own probes until it is ready. What ends is kept from ending the rest where it must be:
honcho stops everything when one process ends, so its database step sleeps on.
"""

from __future__ import annotations

import configparser
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes, stack
from benchmarks.stack import READY_LIMIT, Watch
from launcher.core.spec import ServiceKind, ServiceSpec
from launcher.services.plan import Plan

PEERS = ("honcho", "supervisord")


@dataclass(frozen=True, slots=True)
class PeerStart:
    """How one start went: seconds from the peer's process start until each service was ready."""

    ready_s: Mapping[str, float]
    late: tuple[str, ...]

    @property
    def all_s(self) -> float:
        """Seconds until every service was ready; the limit when some never were."""
        return READY_LIMIT if self.late else max(self.ready_s.values())


def start(name: str, plan: Plan, place: Path) -> PeerStart:
    """Start all services with a peer, wait until they are ready, end them."""
    place.mkdir(exist_ok=True)
    specs = stack.specs_of(plan)
    logs = {spec: place / f"{spec}.log" for spec in specs}
    own_log = place / f"{name}.out"
    if name == "honcho":
        logs = dict.fromkeys(specs, own_log)
    for log in {own_log, *logs.values()}:
        log.unlink(missing_ok=True)
    scripts = {
        spec.name: stack.script(spec, plan, place, stays=name == "honcho")
        for spec in specs.values()
    }
    command = _honcho(scripts, place) if name == "honcho" else _supervisord(scripts, specs, place)
    watches = {
        spec.name: Watch(spec, stack.secrets_of(plan), logs[spec.name], scripts[spec.name][1])
        for spec in specs.values()
    }
    with own_log.open("wb") as output:
        began = time.monotonic()
        process = processes.begin(command, environment=stack.environment_of(plan), output=output)
    try:
        for watch in watches.values():
            watch.begin()
        ready = {spec: watch.wait(began + READY_LIMIT) for spec, watch in watches.items()}
        # Before the peer ends: through it alone the node's words can still be read.
        stack.end_node(plan, logs["rabbitmq"])
    finally:
        processes.end(process)
        stack.end_all(plan.run)
    return PeerStart(
        {spec: at - began for spec, at in ready.items() if at is not None},
        tuple(spec for spec, at in ready.items() if at is None),
    )


def need() -> None:
    """Raise CannotMeasureError unless both are installed."""
    processes.need_module("honcho", "honcho")
    processes.need_module("supervisor", "supervisor")


def _honcho(scripts: Mapping[str, tuple[Path, Path]], place: Path) -> list[str]:
    procfile = place / "Procfile"
    lines = (f"{name}: exec /bin/sh {path}" for name, (path, _) in scripts.items())
    procfile.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [
        *(sys.executable, "-m", "honcho", "-f", str(procfile)),
        *("-d", str(place), "-e", "none.env", "start"),
    ]


def _supervisord(
    scripts: Mapping[str, tuple[Path, Path]], specs: Mapping[str, ServiceSpec], place: Path
) -> list[str]:
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "logfile": str(place / "supervisord.log"),
        "pidfile": str(place / "supervisord.pid"),
    }
    for name, (path, _) in scripts.items():
        once = specs[name].kind is ServiceKind.ONE_SHOT
        config[f"program:{name}"] = {
            "command": f"/bin/sh {path}",
            "redirect_stderr": "true",
            "stdout_logfile": str(place / f"{name}.log"),
            "stdout_logfile_maxbytes": "0",
            "autorestart": "false" if once else "true",
            "startsecs": "0" if once else "1",
        }
    file = place / "supervisord.conf"
    with file.open("w", encoding="utf-8") as text:
        config.write(text)
    return [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)]
