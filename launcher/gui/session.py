"""What the window needs of the running program, as `launcher.app.Session` offers it.

A Protocol, so that tests and the screenshots run the whole window on a fake. Unless a method says
otherwise it returns at once and may be called from the window's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from launcher.core.checks import CheckResult
    from launcher.core.disk import Scope
    from launcher.core.facts import BrokerMode, Notice, PortOwner
    from launcher.core.lab import Lab, LabConsumer, LabMessage, Settle
    from launcher.core.lab_events import LabEvent
    from launcher.core.logs import LogRecord
    from launcher.core.protocols import LineQuery, StatusObserver
    from launcher.core.spec import Link, ServiceSpec
    from launcher.core.state import ServiceStatus
    from launcher.diagnostics import Part
    from launcher.live_settings import Values, Waiting
    from launcher.mail import MailClient
    from launcher.mail_servers import MailServers
    from launcher.platform.packages import InstallOutcome
    from launcher.runtime.celery_events import CeleryEvents
    from launcher.runtime.flow_source import FlowSource
    from launcher.runtime.management import Management
    from launcher.runtime.parts.watching import Watch
    from launcher.runtime.task_history_keeper import TaskKeeper
    from launcher.runtime.usage import Usage
    from launcher.settings import Settings as SettingsValue
    from launcher.settings.file import SettingsFile
    from launcher.start_over import Going


class Logs(Protocol):
    """Lines by position (`launcher.core.protocols.LogSource`), and what the pages show of them."""

    @property
    def end(self) -> int:
        """The position that the next line will get."""
        ...

    @property
    def begin(self) -> int:
        """The position of the oldest line that is still held."""
        ...

    @property
    def folder(self) -> Path:
        """Where the complete files are."""
        ...

    def read(
        self, position: int, limit: int, service: str | None = None
    ) -> tuple[list[LogRecord], int]:
        """Up to `limit` lines from `position` on, and the position to go on from."""
        ...

    def find(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        """The positions of wanted lines from `position` on, and the position to go on from."""
        ...

    def find_before(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        """The last wanted lines before `position`, and the position to go on before."""
        ...

    def errors(self, service: str) -> int:
        """How many lines of this service were errors since its start."""
        ...


class Settings(Protocol):
    """What of the settings holds already, and what waits (`launcher.live_settings`)."""

    @property
    def file(self) -> SettingsFile:
        """The file; changing it blocks on the disk."""
        ...

    @property
    def now(self) -> SettingsValue:
        """As the file says."""
        ...

    def waiting(self) -> Waiting:
        """What must be restarted for all of it to hold."""
        ...

    def restarts(self, values: Values) -> Sequence[str]:
        """The running services that `change` would restart, by name."""
        ...

    def obstacle(self, listener: str, port: int) -> PortOwner | None:
        """Who else has this port, None when nobody does. Blocks for some 30 ms."""
        ...

    def change(self, values: Values) -> None:
        """Write values into the file and restart what waits for them. Blocks on the disk."""
        ...

    def apply(self) -> None:
        """Restart the services that wait, with the settings as they are now."""
        ...


class StartOver(Protocol):
    """Starting over (`launcher.start_over`). Its methods block, and raise StartOverError."""

    def look(self, scope: Scope) -> Going:
        """What would go."""
        ...

    def run(self, scope: Scope, tell: Callable[[str], None]) -> Going:
        """Stop, remove, start again; `tell` is told how far it has come."""
        ...


class ExchangeLab(Protocol):
    """The lab on the broker (`launcher.runtime.lab`). `open` and `close` block."""

    def open(self, tell: Callable[[LabEvent], None]) -> None:
        """Make its virtual host and connect; `tell` is called on other threads."""
        ...

    def close(self) -> None:
        """Remove its virtual host."""
        ...

    def apply(self, lab: Lab) -> None:
        """Make exchange, queues and bindings stand."""
        ...

    def send(self, message: LabMessage, count: int = 1) -> None:
        """Publish a message so many times."""
        ...

    def consume(self, consumer: LabConsumer) -> None:
        """Begin to consume, in place of a consumer of that name."""
        ...

    def cut(self, name: str, words: str) -> None:
        """Cut a consumer's connection; `words` say why."""
        ...

    def settle(self, name: str, tag: int, how: Settle) -> None:
        """Have a consumer settle a message that it holds."""
        ...

    def purge(self, queue: str) -> None:
        """Drop what waits in a queue."""
        ...

    def watch(self, *, watched: bool) -> None:
        """Whether anybody looks: only then queues are counted."""
        ...


class Session(Protocol):
    """The running program, seen from the window."""

    @property
    def version(self) -> str:
        """Of the program."""
        ...

    @property
    def home(self) -> str:
        """The folder of its data."""
        ...

    @property
    def broker(self) -> BrokerMode:
        """Which broker carries the messages."""
        ...

    @property
    def broker_words(self) -> str:
        """Such as "Private RabbitMQ 3.10.8 node"."""
        ...

    @property
    def broker_remedy(self) -> str:
        """How to get the real broker, "" when it is there."""
        ...

    @property
    def events(self) -> CeleryEvents:
        """What workers and publishers tell of themselves; observers are called on a thread."""
        ...

    @property
    def tasks(self) -> TaskKeeper:
        """The tasks of this run and of earlier ones, followed once somebody asked for them."""
        ...

    def management(self) -> Management | None:
        """A client of RabbitMQ's management, whose calls block; None on the embedded broker."""
        ...

    @property
    def lab(self) -> ExchangeLab:
        """The exchange lab."""
        ...

    def flow_source(self) -> FlowSource:
        """What asks the broker how messages flow; its calls block, and who asked closes it."""
        ...

    @property
    def virtual_host(self) -> str:
        """The broker's virtual host that all messages travel on."""
        ...

    @property
    def logs(self) -> Logs:
        """The lines of all services."""
        ...

    @property
    def mail(self) -> MailClient:
        """The way to Django's mail API; its calls block."""
        ...

    @property
    def mail_servers(self) -> MailServers:
        """The user's mail servers; its methods block."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings file, and what of it holds."""
        ...

    @property
    def first_run(self) -> bool:
        """Whether the first steps are to be shown."""
        ...

    def first_steps_done(self) -> None:
        """They were taken or skipped."""
        ...

    @property
    def start_over(self) -> StartOver:
        """Removes broker, database or all; its methods block."""
        ...

    def open_again(self) -> None:
        """Once this run is closed, open another one on the same home."""
        ...

    def checks(self) -> Sequence[CheckResult]:
        """The prerequisites as they were found last."""
        ...

    def notices(self) -> Sequence[Notice]:
        """Ports and addresses that had to give way."""
        ...

    def specs(self) -> Mapping[str, ServiceSpec]:
        """The services in display order."""
        ...

    def statuses(self) -> Mapping[str, ServiceStatus]:
        """The services as they stand now."""
        ...

    def now(self) -> float:
        """Monotonic seconds, on the clock of the statuses."""
        ...

    def subscribe(self, observer: StatusObserver) -> Callable[[], None]:
        """Have every change told, from another thread; returns what ends it."""
        ...

    def on_notice(self, callback: Callable[[str], None]) -> None:
        """Have every refusal and failure told in words, from another thread."""
        ...

    def on_raise(self, callback: Callable[[], None]) -> None:
        """Be told, from another thread, that a second start asks for the window."""
        ...

    def on_quit(self, callback: Callable[[], None]) -> None:
        """Be told, from another thread, that a terminal asks for the end."""
        ...

    def diagnostics(self) -> Sequence[Part]:
        """What helps somebody else to see what is wrong, masked. Blocks for seconds."""
        ...

    def note_unexpected(self, trace: str) -> None:
        """Take an error of the window's own into the launcher's log. From any thread."""
        ...

    def start(self, name: str) -> None:
        """Start one service."""
        ...

    def stop(self, name: str) -> None:
        """Stop one service."""
        ...

    def restart(self, name: str) -> None:
        """Stop one service and start it again."""
        ...

    def start_all(self) -> None:
        """Start all services in their order."""
        ...

    def stop_all(self) -> None:
        """Stop all services in the reverse order."""
        ...

    def quit(self, done: Callable[[], None]) -> None:
        """Stop all in order, then call `done` from another thread."""
        ...

    def force_quit(self) -> None:
        """End at once whatever still runs. May block for a moment."""
        ...

    def fix(self, groups: Sequence[str], watch: Watch) -> InstallOutcome:
        """Install what the named groups lack; `watch` is told the steps. Blocks for minutes."""
        ...

    def usage(self) -> Mapping[str, Usage]:
        """What each service's process tree uses. Blocks about 10 ms."""
        ...

    def secret(self, name: str) -> str:
        """A credential, to be copied."""
        ...

    def login_link(self, service: str, link: Link) -> str:
        """A one-time login URL for a link that offers one. Blocks: asks the service."""
        ...
