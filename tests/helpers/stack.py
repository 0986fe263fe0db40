"""The whole stack as a user starts it: `celery-launcher up --json` in a home of its own."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from launcher.mail import MailClient
from launcher.paths import Home
from launcher.runtime.control import NotRunningError, RequestError, request
from tests.helpers import processes
from tests.helpers.programs import Line, Program, environment, launcher_command, run_launcher
from tests.helpers.waiting import eventually

GOOD = frozenset({"ready", "external", "done"})
READY_LIMIT = 120.0


@dataclass(frozen=True)
class Change:
    """One JSON line of `up`, and when it was read (monotonic seconds)."""

    at: float
    service: str
    state: str
    pid: int | None
    detail: str


class Stack:
    """A running launcher; used as a context manager, which ends it and checks that nothing stays.

    `only` starts some services; `settings` is the text of settings.toml; `home` is kept when given,
    else made and removed; `before` is put before the command line. `wait` says whether entering
    waits until all are ready.
    """

    def __init__(
        self,
        *,
        broker: str | None = "embedded",
        only: str | None = None,
        home: Path | None = None,
        settings: str | None = None,
        env: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        wait: bool = True,
    ) -> None:
        self._own_home = home is None
        self.home = home or Path(tempfile.mkdtemp(prefix="celery-launcher-test-"))
        self.broker = broker
        self.only = only
        self._env = dict(env) if env is not None else environment()
        self._before = list(before)
        self._wait = wait
        self.changes: list[Change] = []
        self.program: Program | None = None
        self.run = ""
        if settings is not None:
            self.home.mkdir(parents=True, exist_ok=True)
            (self.home / "settings.toml").write_text(settings, encoding="utf-8")

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the launcher and learn its run."""
        self.changes = []
        words = ["up", "--json", "--home", str(self.home)]
        words += ["--broker", self.broker] if self.broker else []
        words += ["--only", self.only] if self.only else []
        command = [*self._before, *launcher_command(*words)]
        self.program = Program(command, env=self._env, on_line=self._take)
        self.run = eventually(self._asked_run, 20, lambda: f"an answer of {self.told()}")
        return self

    def stop(self, number: int = signal.SIGTERM, timeout: float = 40) -> int:
        """End it as a user does; returns the exit code. Fails when anything of the run is left."""
        program = self._program()
        if program.running:
            program.signal(number)
        code = program.wait(timeout)
        left = [str(noted) for p in processes.of_run(self.run) if (noted := processes.mark(p))]
        assert not left, f"left after the stop: {', '.join(left)}"
        return code

    def kill(self) -> None:
        """kill -9 of the launcher alone."""
        processes.end(self._program().pid)
        self._program().wait(5)

    def __enter__(self) -> Self:
        try:
            self.start()
            if self._wait:
                self.wait_all_ready()
        except BaseException:
            self.clear_away()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._program().running:
                code = self.stop()
                assert code == 0, f"ended with {code}: {self.told()}"
        finally:
            self.clear_away()

    def clear_away(self) -> None:
        """End whatever is left, by pid, and remove the home if it was made here."""
        if self.program is not None and self.program.running:
            self.program.end(25)
        if self.run:
            for process in processes.of_run(self.run):
                processes.end(process.pid)
        if self._own_home:
            shutil.rmtree(self.home, ignore_errors=True)

    # -- asking --------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """Of the launcher."""
        return self._program().pid

    @property
    def began(self) -> float:
        """When the launcher was started (monotonic seconds)."""
        return self._program().began

    def ask(self, verb: str, **words: Any) -> Mapping[str, Any]:
        """One answer over the control channel."""
        return next(iter(request(Home(self.home), verb, **words)))

    def status(self) -> Mapping[str, Any]:
        """What `status --json` prints."""
        return self.ask("status")

    def services(self) -> dict[str, Mapping[str, Any]]:
        """The services of `status` by name."""
        return {service["name"]: service for service in self.status()["services"]}

    def service(self, name: str) -> Mapping[str, Any]:
        """One service of `status`."""
        return self.services()[name]

    def pids(self) -> dict[str, int | None]:
        """The main process of each service."""
        return {name: service["pid"] for name, service in self.services().items()}

    def env(self) -> dict[str, str]:
        """What `celery-launcher env` prints, as the environment of a program."""
        return environment(**self.ask("environment")["environment"])

    def cli(
        self, *words: str, timeout: float = 60, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on this home."""
        del given
        return run_launcher(*words, "--home", str(self.home), timeout=timeout)

    def secret(self, service: str, variable: str) -> str:
        """A variable of a service's process: what the launcher gave it."""
        pid = self.service(service)["pid"]
        assert pid, f"{service} does not run"
        return psutil.Process(pid).environ()[variable]

    def url(self, service: str) -> str:
        """Its address, without a slash at the end."""
        found = self.service(service)
        return f"http://{found['address']}:{found['port']}"

    def mail(self) -> MailClient:
        """The mail API, with the token of this run."""
        base = self.url("django")
        return MailClient(lambda: base, self.secret("django", "LAUNCHER_API_TOKEN"))

    def log(self, service: str | None = None) -> str:
        """The log of a service, or of all."""
        words = {"service": service} if service else {}
        lines = request(Home(self.home), "logs", **words)
        return "\n".join(f"{line['service']}: {line['text']}" for line in lines if line)

    def told(self) -> str:
        """What is known when a test failed: states, and the end of the launcher's own words."""
        states = ", ".join(f"{c.service} {c.state} {c.detail}" for c in self.changes[-8:])
        words = f"{states}\n{self._program().error_text[-2000:]}"
        with contextlib.suppress(NotRunningError, RequestError, OSError, RuntimeError):
            words += "\n" + self.log()[-3000:]
        return words

    # -- waiting -------------------------------------------------------------------------------

    def wait(self, service: str, *states: str, timeout: float = 30, since: int = 0) -> Change:
        """The first change of a service into one of `states`, from line `since` on."""

        def look() -> Change | None:
            for change in self.changes[since:]:
                if change.service == service and change.state in states:
                    return change
            return None

        found = eventually(
            look, timeout, lambda: f"{service} {' or '.join(states)}; {self.told()}", 0.005
        )
        assert found is not None
        return found

    def wait_state(self, service: str, *states: str, timeout: float = 30) -> Mapping[str, Any]:
        """Until the service is in one of `states` now."""

        def look() -> Mapping[str, Any] | None:
            found = self.service(service)
            return found if found["state"] in states else None

        found = eventually(look, timeout, lambda: f"{service} {' or '.join(states)}; {self.told()}")
        assert found is not None
        return found

    def wait_all_ready(self, timeout: float = READY_LIMIT, names: Iterable[str] = ()) -> None:
        """Until all that is wanted is ready, or only `names`. Fails at once when one has failed."""
        chosen = set(names)

        def look() -> bool:
            assert self._program().running, f"the launcher has ended: {self.told()}"
            wanted = [
                service
                for name, service in self.services().items()
                if (name in chosen if chosen else service["wanted"])
            ]
            failed = [s for s in wanted if s["state"] == "failed"]
            assert not failed, f"failed: {failed} {self.told()}"
            return bool(wanted) and all(s["state"] in GOOD for s in wanted)

        eventually(look, timeout, lambda: f"all ready; {self.told()}", 0.05)

    def bring_up(self) -> None:
        """Start what is not ready, and wait until all services are."""
        for name, service in self.services().items():
            if service["state"] not in GOOD:
                self.ask("start", service=name)
        self.wait_all_ready(names=self.services())

    def until(self, question: Callable[[], Any], timeout: float, what: str) -> Any:
        """As `eventually`, with what the stack said when it is too late."""
        return eventually(question, timeout, lambda: f"{what}; {self.told()}")

    # -- inside --------------------------------------------------------------------------------

    def _program(self) -> Program:
        assert self.program is not None, "start it first"
        return self.program

    def _asked_run(self) -> str:
        assert self._program().running, (
            f"ended with {self._program().wait(5)}: {self._program().told()}"
        )
        with contextlib.suppress(NotRunningError, OSError):
            return str(self.status()["run"])
        return ""

    def _take(self, line: Line) -> None:
        with contextlib.suppress(ValueError, KeyError):
            told = json.loads(line.text)
            self.changes.append(
                Change(line.at, told["service"], told["state"], told["pid"], told["detail"])
            )


@contextlib.contextmanager
def timed(into: list[float]):
    """Append the milliseconds that the block took."""
    began = time.monotonic()
    yield
    into.append((time.monotonic() - began) * 1000)
