"""The same services for everybody: a home on free ports, and the specifications of its services."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import processes
from benchmarks.processes import Process
from benchmarks.row import CannotMeasureError
from launcher import platform
from launcher.app import Wishes, open_session
from launcher.core.events import ProbeOutcome
from launcher.core.facts import BrokerMode, Endpoint
from launcher.core.graph import start_order
from launcher.core.spec import LineMeaning, ServiceKind, ServiceSpec
from launcher.paths import Home
from launcher.platform.system import RUN_VARIABLE, SERVICE_VARIABLE
from launcher.runtime import port_choice
from launcher.runtime.installations import find_rabbitmq
from launcher.runtime.probes import make_prober
from launcher.runtime.process import child_environment
from launcher.services.catalogue import catalogue, wanted_endpoints
from launcher.services.plan import Plan
from launcher.settings import Settings

READY_LIMIT = 120.0
"""Seconds after which a service that is not ready makes the run worthless."""
STOP_LIMIT = 40.0
STORE_CLOSED = r"Message store for directory '[^\n]*' is stopped"
_LOOK = 0.02
"""Seconds between two looks at a service that is not ready yet."""


@contextlib.contextmanager
def fresh_home() -> Iterator[Home]:
    """A home of its own on ports of its own, so that two benchmarks never meet."""
    if find_rabbitmq() is None:
        raise CannotMeasureError(
            "RabbitMQ or Erlang is not installed", "apt-get install rabbitmq-server"
        )
    with processes.folder() as root:
        home = Home(root / "home")
        home.prepare()
        wanted = wanted_endpoints(Settings(), BrokerMode.RABBITMQ)
        found = port_choice.resolve(
            {name: Endpoint(endpoint.address, 0) for name, endpoint in wanted.items()}
        )
        ports = (f"{name} = {found[name].port}" for name in wanted)
        home.settings_file.write_text("\n".join(["[ports]", *ports]) + "\n", encoding="utf-8")
        try:
            yield home
        finally:
            run = run_of(home)
            processes.end_begun()
            end_all(run)


def plan_of(home: Home) -> Plan:
    """A new run on a home where nothing runs, as the launcher itself would plan it."""
    with open_session(home, Wishes(broker="rabbitmq")) as session:
        # Only what it would do is wanted: nothing is started, and the session ends here.
        return session.plan


def specs_of(plan: Plan) -> dict[str, ServiceSpec]:
    """The services in start order."""
    by_name = {spec.name: spec for spec in catalogue(plan)}
    return {name: by_name[name] for name in start_order(by_name.values())}


# -- the launcher ------------------------------------------------------------------------------


class Launched:
    """`celery-launcher up --json` in a process of its own, and what it has said."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.events: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._errors = (home.root / "up-stderr.log").open("wb")
        self.began = time.time()
        self.process = processes.begin(
            [
                *(sys.executable, "-m", "launcher", "up", "--broker", "rabbitmq", "--json"),
                *("--home", str(home.root)),
            ],
            environment=processes.plain_environment(),
            output=subprocess.PIPE,
            errors=self._errors,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_ready(self, names: Iterable[str]) -> dict[str, float]:
        """Block until the named services are ready; wall time of each. Raises RuntimeError."""
        wanted = set(names)

        def over() -> bool:
            return self.process.poll() is not None or wanted <= self.ready_at().keys()

        with self._changed:
            in_time = self._changed.wait_for(over, READY_LIMIT)
        ready = self.ready_at()
        if not in_time or not wanted <= ready.keys():
            late = ", ".join(sorted(wanted - ready.keys()))
            self.kill()
            raise RuntimeError(f"the launcher did not bring up {late}: {self.last_words()}")
        return ready

    def ready_at(self) -> dict[str, float]:
        """Wall time at which each service was last said to be ready."""
        return {
            event["service"]: moment(event)
            for event in list(self.events)
            if event["state"] in ("ready", "done", "external")
        }

    def first_word(self) -> float:
        """Wall time of the first change after Start all was asked for."""
        return moment(self.events[0])

    def pids(self) -> dict[str, int]:
        """The last pid told of each service."""
        return {e["service"]: e["pid"] for e in list(self.events) if e["pid"] is not None}

    def stop(self) -> float:
        """Ask for the ordered stop, as Ctrl-C does; seconds until the process has ended."""
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"the launcher did not stop: {self.last_words()}") from None
        took = time.monotonic() - asked
        self._reader.join(5)
        self._errors.close()
        return took

    def kill(self) -> None:
        """End it hard; its guard ends the services."""
        run = run_of(self._home)
        processes.end(self.process)
        end_all(run)

    def last_words(self) -> str:
        """The end of what it said on stderr."""
        path = self._home.root / "up-stderr.log"
        return processes.said(path.read_text(encoding="utf-8", errors="replace"))

    def _read(self) -> None:
        pipe = self.process.stdout
        assert pipe is not None
        for line in pipe:
            event = json.loads(line)
            with self._changed:
                self.events.append(event)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


def moment(event: Mapping[str, Any]) -> float:
    """The wall time of an event, in seconds."""
    return dt.datetime.fromisoformat(event["at"]).timestamp()


def run_of(home: Home) -> str:
    """The identity of the run on this home; "" when none is on file."""
    try:
        record = json.loads((home.run / "children.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(record["run"])


def prepared(home: Home) -> Plan:
    """Start and stop everything once, uncounted, so that files, database and node exist."""
    plan = plan_of(home)
    launched = Launched(home)
    launched.wait_ready(specs_of(plan))
    launched.stop()
    return plan


# -- the same services without the launcher ----------------------------------------------------


@dataclass(slots=True)
class Watch:
    """Waits, on a thread, until one service is ready: its line was printed, its probe is good.

    `logs` is where its output goes, `marker` the file that stands for a step that has ended well.
    """

    spec: ServiceSpec
    secrets: Callable[[str], str]
    logs: Path
    marker: Path
    ready_at: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> Watch:
        """Start to look."""
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def wait(self, deadline: float) -> float | None:
        """Monotonic time at which it was ready; None when it was not by the deadline."""
        assert self._thread is not None
        self._thread.join(max(0.0, deadline - time.monotonic()))
        self._stop.set()
        self._thread.join(10)
        return self.ready_at

    def _look(self) -> None:
        if self.spec.kind is ServiceKind.ONE_SHOT:
            if self._until(self.marker.exists):
                self.ready_at = time.monotonic()
            return
        if self.spec.waits_for_hint and not self._until(self._hinted):
            return
        prober = make_prober(self.spec.probe, self.secrets)
        try:
            if self._until(lambda: prober.probe().outcome is ProbeOutcome.READY):
                self.ready_at = time.monotonic()
        finally:
            prober.close()

    def _until(self, condition: Callable[[], bool]) -> bool:
        while not condition():
            if self._stop.wait(_LOOK):
                return False
        return True

    def _hinted(self) -> bool:
        return any(
            printed(self.logs, watch.pattern)
            for watch in self.spec.watches
            if watch.meaning is LineMeaning.READY_HINT
        )


def printed(log: Path, pattern: str) -> int:
    """How often a pattern stands in a log; 0 while there is no log."""
    try:
        return len(re.findall(pattern.encode(), log.read_bytes()))
    except FileNotFoundError:
        return 0


def secrets_of(plan: Plan) -> Callable[[str], str]:
    """What the probers need, as the launcher's own session gives it."""
    return lambda name: plan.broker_url if name == "broker_url" else plan.secrets[name]


def script(spec: ServiceSpec, plan: Plan, place: Path, *, stays: bool = False) -> tuple[Path, Path]:
    """A shell script that runs one service as the launcher does, and its marker's path.

    A step that ends leaves its marker when it went well; with `stays` it then sleeps, for a
    supervisor that would take its end for the end of everything.
    """
    path, marker = place / f"{spec.name}.sh", place / f"{spec.name}.done"
    marker.unlink(missing_ok=True)
    variables = {**spec.environment, RUN_VARIABLE: plan.run, SERVICE_VARIABLE: spec.name}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    command = shlex.join(_by_hand(spec.command))
    if spec.kind is ServiceKind.ONE_SHOT:
        lines.append(f"{command} && : > {shlex.quote(str(marker))}")
        lines += ["exec sleep infinity"] if stays else []
    else:
        lines.append(f"exec {command}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o700)
    return path, marker


def _by_hand(command: Sequence[str]) -> list[str]:
    """The command as the tutorial has it: that a service waits for the broker is the launcher's."""
    words = list(command)
    if words[1:4] == ["-m", "launcher", "celery"]:
        words[2:4] = ["celery"]
    return words


def environment_of(plan: Plan) -> dict[str, str]:
    """What the launcher's children inherit, for whoever starts them instead."""
    return child_environment(os.environ, {}, plan.run, "peer")


def end_node(plan: Plan, log: Path) -> None:
    """End the node as the launcher does, so that each contender finds the same data next time."""
    system = platform.current()
    before = printed(log, STORE_CLOSED)
    for pid in system.marked(plan.run, "rabbitmq"):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "beam.smp":
                system.terminate(pid)
    processes.wait_for(lambda: printed(log, STORE_CLOSED) >= before + 2, 3.0)
    processes.pause(0.15)


def end_all(run: str) -> None:
    """End every process of a run."""
    if run:
        platform.current().end_tree(run, None, ())


def begin_alone(spec: ServiceSpec, plan: Plan, place: Path) -> tuple[Process, Watch, float]:
    """Start one service by its script; its watch, and the monotonic time of the start."""
    path, marker = script(spec, plan, place)
    log = place / f"{spec.name}.log"
    log.unlink(missing_ok=True)
    with log.open("wb") as output:
        began = time.monotonic()
        process = processes.begin(
            ["/bin/sh", str(path)], environment=environment_of(plan), output=output
        )
    return process, Watch(spec, secrets_of(plan), log, marker).begin(), began
