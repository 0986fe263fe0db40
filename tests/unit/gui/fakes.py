"""A whole session in memory: services that obey, logs in a list, the mail API of `fake_mail`.

Has the surface of `launcher.gui.session.Session`. The screenshots are taken of it, too.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from keyring.backends import null

from launcher.core.checks import CheckResult, Verdict
from launcher.core.disk import Entry, Scope, going
from launcher.core.facts import BrokerMode, PortNotice, PortOwner
from launcher.core.lab import Lab, LabConsumer, LabMessage, Settle
from launcher.core.lab_events import Consuming, LabEvent, LabPhase, LabStands
from launcher.core.logs import Level, LogRecord
from launcher.core.protocols import LineQuery, StatusObserver
from launcher.core.spec import Link, ServiceKind, ServiceSpec
from launcher.core.state import Problem, ServiceState, ServiceStatus
from launcher.diagnostics import Part
from launcher.live_settings import Values, Waiting
from launcher.mail_servers import MailServers
from launcher.paths import Home
from launcher.platform.packages import InstallOutcome
from launcher.runtime.celery_events import Event, EventsObserver, EventsState, StateObserver
from launcher.runtime.flow_source import Look
from launcher.runtime.management import Management
from launcher.runtime.parts.watching import CancelledError, Watch
from launcher.runtime.passwords import Passwords
from launcher.runtime.remote_control import ControlError
from launcher.settings import Settings, check_value
from launcher.settings.editing import NotEditableError
from launcher.settings.file import SettingsFile
from launcher.start_over import Going, StartOverError
from tests.unit.gui.fake_mail import FakeMail
from tests.unit.gui.fake_tasks import FakeTasks

NOW = 1_000.0
S = ServiceState


@dataclass(frozen=True, slots=True)
class FakeUsage:
    """`launcher.runtime.usage.Usage`, which needs psutil."""

    cpu_percent: float
    memory_bytes: int


def spec(name: str, title: str, summary: str, **more: object) -> ServiceSpec:
    return ServiceSpec(name=name, title=title, summary=summary, **more)


SPECS: dict[str, ServiceSpec] = {
    one.name: one
    for one in (
        spec(
            "rabbitmq",
            "RabbitMQ",
            "private node · 127.0.0.1:5672",
            address="127.0.0.1",
            port=5672,
            links=(Link("Dashboard", "http://127.0.0.1:15672/", user="launcher", secret="broker"),),
        ),
        spec(
            "migrate",
            "Database",
            "migrations, before Django and the worker",
            kind=ServiceKind.ONE_SHOT,
        ),
        spec(
            "django",
            "Django",
            "waitress · 127.0.0.1:8001",
            address="127.0.0.1",
            port=8001,
            depends_on=("migrate",),
            links=(
                Link("Mail form", "http://127.0.0.1:8001/"),
                Link(
                    "Admin",
                    "http://127.0.0.1:8001/admin/",
                    user="admin",
                    secret="admin",
                    one_time=True,
                ),
            ),
        ),
        spec("worker", "Worker", "eventlet ×50 · legacy pool", depends_on=("rabbitmq", "migrate")),
        spec("beat", "Beat", "schedule · relay of due mail", depends_on=("rabbitmq", "migrate")),
        spec(
            "flower",
            "Flower",
            "monitor · 127.0.0.6:5566",
            address="127.0.0.6",
            port=5566,
            depends_on=("rabbitmq",),
            links=(Link("Flower", "http://127.0.0.6:5566/"),),
        ),
        spec(
            "catcher",
            "Mail catcher",
            "SMTP · 127.0.0.1:1025",
            address="127.0.0.1",
            port=1025,
            depends_on=("migrate",),
        ),
    )
}

_DETAILS = {
    "rabbitmq": "login as launcher",
    "django": "answers in 3 ms",
    "worker": "answers a ping in 12 ms",
    "beat": "ticked 2 s ago",
    "flower": "answers in 5 ms",
    "catcher": "greets as ours",
}


_BOOTS = {
    "rabbitmq": (0.0, 3.1),
    "migrate": (0.0, 0.9),
    "django": (0.9, 1.2),
    "worker": (3.1, 2.8),
    "beat": (3.1, 1.4),
    "flower": (3.1, 1.8),
    "catcher": (0.9, 0.7),
}
"""When each began, in seconds after the first, and how long it took."""


def all_ready() -> dict[str, ServiceStatus]:
    """Everything runs."""
    found: dict[str, ServiceStatus] = {}
    for number, name in enumerate(SPECS):
        one_shot = name == "migrate"
        began, took = _BOOTS[name]
        found[name] = ServiceStatus(
            name,
            S.DONE if one_shot else S.READY,
            wanted=True,
            since=NOW - 723.5 + began + took,
            alive=not one_shot,
            pid=None if one_shot else 5120 + number * 17,
            generation=1,
            started_at=NOW - 723.5 + began,
            ready_after=took,
            detail=_DETAILS.get(name, ""),
        )
    return found


def all_stopped() -> dict[str, ServiceStatus]:
    """Nothing was ever started."""
    return {name: ServiceStatus(name) for name in SPECS}


def failing() -> dict[str, ServiceStatus]:
    """One failed, one is retried, one waits, one starts."""
    found = all_ready()
    found["flower"] = ServiceStatus(
        "flower",
        S.FAILED,
        wanted=True,
        generation=3,
        restarts=3,
        problem=Problem(
            "Flower cannot start: 127.0.0.6:5566 is held by python.exe (9120).",
            "End that program, or give Flower another port in the settings.",
            mend="port",
        ),
    )
    found["worker"] = ServiceStatus(
        "worker",
        S.BACKOFF,
        wanted=True,
        generation=2,
        restarts=1,
        failures=2,
        retry_at=NOW + 4,
        problem=Problem("Worker exited with code 1.", "See its log."),
    )
    found["beat"] = ServiceStatus("beat", S.WAITING, wanted=True, waiting_on=("rabbitmq",))
    found["rabbitmq"] = replace(
        found["rabbitmq"],
        state=S.STARTING,
        since=NOW - 3.2,
        started_at=NOW - 3.2,
        detail="",
        ready_after=None,
    )
    return found


class FakeLogs:
    """`Logs` over a list."""

    def __init__(self) -> None:
        self.records: list[LogRecord] = []
        self.folder = Path("/home/you/.local/state/celery-launcher/logs")
        self.reads = 0
        self._end = 0
        self._errors: Counter[str] = Counter()

    @property
    def begin(self) -> int:
        return self.records[0].position if self.records else self._end

    @property
    def end(self) -> int:
        return self._end

    def errors(self, service: str) -> int:
        return self._errors[service]

    def add(
        self, service: str, text: str, level: Level = Level.INFO, at: float = 1.7e9
    ) -> LogRecord:
        record = LogRecord(self._end, at, service, level, text)
        self.records.append(record)
        self._end += 1
        self._errors[service] += level is Level.ERROR
        return record

    def drop(self, count: int) -> None:
        """Forget the oldest, as the ring does."""
        del self.records[:count]

    def read(
        self, position: int, limit: int, service: str | None = None
    ) -> tuple[list[LogRecord], int]:
        self.reads += 1
        found: list[LogRecord] = []
        start = bisect_left(self.records, position, key=lambda record: record.position)
        for record in self.records[start:]:
            if len(found) == limit:
                return found, record.position
            if service in (None, record.service):
                found.append(record)
        return found, self._end

    def find(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        self.reads += 1
        records = self._between(position, self._end)[:limit]
        go_on = records[-1].position + 1 if len(records) == limit else self._end
        return [record.position for record in records if _wanted(query, record)], go_on

    def find_before(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        self.reads += 1
        records = self._between(self.begin, position)[-limit:]
        go_on = records[0].position if len(records) == limit else self.begin
        return [record.position for record in records if _wanted(query, record)], go_on

    def _between(self, low: int, high: int) -> list[LogRecord]:
        first = bisect_left(self.records, low, key=lambda record: record.position)
        last = bisect_left(self.records, high, key=lambda record: record.position)
        return self.records[first:last]


def _wanted(query: LineQuery, record: LogRecord) -> bool:
    return (
        query.service in (None, record.service)
        and record.level >= query.level
        and query.wants_text(record.text)
    )


class FakeSettings:
    """What waits is set by the test; the file is that of the mail servers, and real."""

    def __init__(self, file: SettingsFile, calls: list[tuple[str, ...]]) -> None:
        self.file = file
        self.waits = Waiting()
        self.would_restart: Sequence[str] = ()
        self.taken: dict[int, PortOwner] = {}
        self.asked: list[Values] = []
        self.refuse = ""
        self._calls = calls

    @property
    def now(self) -> Settings:
        return self.file.settings

    def waiting(self) -> Waiting:
        return self.waits

    def restarts(self, values: Values) -> Sequence[str]:
        self.asked.append(values)
        return self.would_restart

    def obstacle(self, listener: str, port: int) -> PortOwner | None:
        return self.taken.get(port)

    def change(self, values: Values) -> None:
        if self.refuse:
            raise NotEditableError(self.refuse)
        for entry, value in values.items():
            if value is not None:
                check_value(entry, value)
            self._calls.append(("change", ".".join(entry), str(value)))

    def apply(self) -> None:
        self._calls.append(("apply",))
        self.waits = Waiting()


class FakeStartOver:
    """Says what would go, and keeps what was asked; `gate` holds it up, `refuse` is its answer."""

    def __init__(self, home: str, calls: list[tuple[str, ...]]) -> None:
        self.home = Home(Path(home))
        self.refuse = ""
        self.gate: threading.Event | None = None
        self._calls = calls

    def look(self, scope: Scope) -> Going:
        if self.refuse:
            raise StartOverError(self.refuse)
        sizes = {
            "rabbitmq-4.2": 41_300_000,
            "launcher.sqlite3": 8_400_000,
            "launcher.sqlite3-wal": 120_000,
        }
        entries = [Entry(("data", name), size) for name, size in sizes.items()]
        entries += [Entry(("logs", "worker.log"), 5_600_000)]
        return Going(self.home, scope, going(entries, scope))

    def run(self, scope: Scope, tell: Callable[[str], None] = lambda _words: None) -> Going:
        gone = self.look(scope)
        tell("Waiting for Worker to stop …")
        if self.gate is not None:
            self.gate.wait(10)
        self._calls.append(("start_over", scope.value))
        return gone


class FakeEvents:
    """Celery's events are those that the test tells; told on the test's own thread."""

    def __init__(self) -> None:
        self._observers: list[tuple[EventsObserver, StateObserver]] = []
        self.state = EventsState(connected=True, connections=1)

    @property
    def listeners(self) -> int:
        return len(self._observers)

    def subscribe(
        self, events: EventsObserver, state: StateObserver = lambda _state: None
    ) -> Callable[[], None]:
        observer = (events, state)
        self._observers.append(observer)
        state(self.state)
        return lambda: self._observers.remove(observer)

    def tell(self, *batch: Event) -> None:
        for observer, _ in list(self._observers):
            observer(list(batch))

    def tell_state(self, state: EventsState) -> None:
        self.state = state
        for _, observer in list(self._observers):
            observer(state)


class FakeFlowSource:
    """Looks at a broker that is as the test says; `refuse` is the answer to what is to be done."""

    def __init__(self, calls: list[tuple[str, ...]]) -> None:
        self.answer = Look()
        self.refuse = ""
        self.asked: list[tuple[Sequence[str], Sequence[str], str, bool]] = []
        self._calls = calls

    def look(
        self, queues: Sequence[str], workers: Sequence[str], *, find: str, record: bool
    ) -> Look:
        self.asked.append((queues, workers, find, record))
        return self.answer

    def pause(self, queue: str, workers: Sequence[str]) -> None:
        self._act("pause", queue, *workers)

    def resume(self, queue: str, workers: Sequence[str]) -> None:
        self._act("resume", queue, *workers)

    def purge(self, queue: str) -> int:
        self._act("purge", queue)
        return 3

    def close(self) -> None:
        self._calls.append(("flow_source closed",))

    def _act(self, *call: str) -> None:
        if self.refuse:
            raise ControlError(self.refuse)
        self._calls.append(call)


class FakeLab:
    """Remembers what it was asked, as (verb, what); the test tells what happened."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self._tell: Callable[[LabEvent], None] | None = None
        self.refusal: LabStands | None = None

    def open(self, tell: Callable[[LabEvent], None]) -> None:
        self._tell = tell
        self.asked.append(("open",))
        tell(self.refusal or LabStands(LabPhase.OPEN, vhost="celery-launcher-lab-1234"))

    def tell(self, *events: LabEvent) -> None:
        assert self._tell is not None
        for event in events:
            self._tell(event)

    def close(self) -> None:
        self.asked.append(("close",))

    def apply(self, lab: Lab) -> None:
        self.asked.append(("apply", lab))

    def send(self, message: LabMessage, count: int = 1) -> None:
        self.asked.append(("send", message, count))

    def consume(self, consumer: LabConsumer) -> None:
        self.asked.append(("consume", consumer.name))
        self.tell(Consuming(consumer.name, consumer.queue))

    def cut(self, name: str, words: str) -> None:
        self.asked.append(("cut", name, words))

    def settle(self, name: str, tag: int, how: Settle) -> None:
        self.asked.append(("settle", name, tag, how))

    def purge(self, queue: str) -> None:
        self.asked.append(("purge", queue))

    def watch(self, *, watched: bool) -> None:
        del watched


class FakeSession:
    """A session whose services are set by the test."""

    version = "0.1.0"
    virtual_host = "launcher"
    first_run = False
    home = "/home/you/.local/share/celery-launcher"

    def __init__(self, statuses: Mapping[str, ServiceStatus] | None = None) -> None:
        self.broker = BrokerMode.RABBITMQ
        self.broker_words = "Private RabbitMQ 4.2.9 node"
        self.broker_remedy = ""
        self.logs = FakeLogs()
        self.mail = FakeMail()
        self.events = FakeEvents()
        self.lab = FakeLab()
        self.managed: Management | None = None
        self.mail_servers = MailServers(Path(self.home) / "none.toml", Passwords(null.Keyring()))
        self.calls: list[tuple[str, ...]] = []
        self.flow = FakeFlowSource(self.calls)
        self.settings = FakeSettings(self.mail_servers.file, self.calls)
        self.start_over = FakeStartOver(self.home, self.calls)
        self.found: tuple[CheckResult, ...] = (
            CheckResult("Python", Verdict.OK, "Python 3.13.2 at /usr/bin/python3"),
            CheckResult("Erlang", Verdict.OK, "Erlang 27.3.4 at /usr/bin/erl"),
            CheckResult("RabbitMQ", Verdict.OK, "RabbitMQ 4.2.9 at /usr/lib/rabbitmq"),
            CheckResult(
                "Erlang and RabbitMQ together", Verdict.OK, "RabbitMQ 4.2.9 fits Erlang 27"
            ),
        )
        self.moved: tuple[PortNotice, ...] = ()
        self.usages: Mapping[str, FakeUsage] = {}
        self.quit_done: Callable[[], None] | None = None
        self._statuses: Mapping[str, ServiceStatus] = statuses or all_ready()
        self._observers: list[StatusObserver] = []
        self.notice: list[Callable[[str], None]] = []
        self.raised: list[Callable[[], None]] = []
        self.asked_to_quit: list[Callable[[], None]] = []
        self.time = NOW
        self.noted: list[str] = []
        self.parts: tuple[Part, ...] = (
            Part("README.txt", "All of it.\n"),
            Part("checks.txt", "OK\n"),
        )
        self.described = dict(SPECS)
        self.fixed = InstallOutcome(ok=True, words="installed rabbitmq-server")
        self.fix_share: float | None = None
        self.fix_gate: threading.Event | None = None

    def flow_source(self) -> FakeFlowSource:
        return self.flow

    @cached_property
    def tasks(self) -> FakeTasks:
        return FakeTasks(self.calls)

    def management(self) -> Management | None:
        return self.managed

    def first_steps_done(self) -> None:
        self.first_run = False
        self.calls.append(("first_steps_done",))

    def open_again(self) -> None:
        self.calls.append(("open_again",))

    def checks(self) -> Sequence[CheckResult]:
        return self.found

    def notices(self) -> Sequence[PortNotice]:
        return self.moved

    def specs(self) -> Mapping[str, ServiceSpec]:
        return {name: self.described[name] for name in self._statuses}

    def statuses(self) -> Mapping[str, ServiceStatus]:
        return self._statuses

    def now(self) -> float:
        return self.time

    def subscribe(self, observer: StatusObserver) -> Callable[[], None]:
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def on_notice(self, callback: Callable[[str], None]) -> None:
        self.notice.append(callback)

    def on_raise(self, callback: Callable[[], None]) -> None:
        self.raised.append(callback)

    def on_quit(self, callback: Callable[[], None]) -> None:
        self.asked_to_quit.append(callback)

    def diagnostics(self) -> Sequence[Part]:
        return self.parts

    def note_unexpected(self, trace: str) -> None:
        self.noted.append(trace)

    def start(self, name: str) -> None:
        self.calls.append(("start", name))

    def stop(self, name: str) -> None:
        self.calls.append(("stop", name))

    def restart(self, name: str) -> None:
        self.calls.append(("restart", name))

    def start_all(self) -> None:
        self.calls.append(("start_all",))

    def stop_all(self) -> None:
        self.calls.append(("stop_all",))

    def quit(self, done: Callable[[], None]) -> None:
        self.calls.append(("quit",))
        self.quit_done = done

    def force_quit(self) -> None:
        self.calls.append(("force_quit",))

    def fix(self, groups: Sequence[str], watch: Watch) -> InstallOutcome:
        self.calls.append(("fix", *groups))
        watch.tell("Installing rabbitmq-server ...", self.fix_share)
        if self.fix_gate is not None:
            self.fix_gate.wait(10)
        try:
            watch.check()
        except CancelledError:
            return InstallOutcome(ok=False, words="cancelled", cancelled=True)
        return self.fixed

    def usage(self) -> Mapping[str, FakeUsage]:
        return self.usages

    def secret(self, name: str) -> str:
        return f"secret of {name}"

    def login_link(self, service: str, link: Link) -> str:
        self.calls.append(("login_link", service))
        return f"{link.url}?once"

    def now_stand(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Publish statuses from another thread, as the supervisor does."""
        self._statuses = statuses

        def tell() -> None:
            for observer in self._observers:
                observer(statuses)

        thread = threading.Thread(target=tell)
        thread.start()
        thread.join()


def taken_port() -> PortNotice:
    return PortNotice("Django", 8000, 8001, PortOwner(4312, "node.exe"))
