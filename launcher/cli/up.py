"""`up`: the whole stack in the foreground of a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click

from launcher.app import Wishes, open_session
from launcher.cli.options import CommandError, common, emit, say, utc
from launcher.cli.signals import StopSignals
from launcher.cli.smtp import ask_password
from launcher.core.explain import explain
from launcher.core.graph import GraphError, with_dependencies
from launcher.core.state import ServiceStatus
from launcher.paths import Home, find_home
from launcher.runtime.passwords import PasswordError
from launcher.session import Session
from launcher.settings import check_broker


def broker_option(command: click.decorators.FC) -> click.decorators.FC:
    """`--broker`, checked."""

    def check(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
        try:
            return None if value is None else check_broker(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return click.option(
        "--broker",
        metavar="auto|rabbitmq|embedded|URL",
        callback=check,
        help="Which broker: a private RabbitMQ node, files without a server, or one elsewhere.",
    )(command)


@click.command()
@broker_option
@click.option("--only", metavar="NAMES", help="Comma-separated services, with what they depend on.")
@common
def up(broker: str | None, only: str | None, home: str | None, as_json: bool) -> int:
    """Start everything and show it until Ctrl-C, then stop it in order."""
    return run_up(find_home(home), broker=broker, only=only, as_json=as_json)


def run_up(home: Home, *, broker: str | None, only: str | None, as_json: bool) -> int:
    """Run until a signal or `down`; 0 when nothing is left afterwards."""
    stop = StopSignals()
    with open_session(home, Wishes(broker=broker)) as session:
        session.on_quit(stop.set)
        names = _chosen(session, only)
        _ask_missing_passwords(session)
        report = _Json(session) if as_json else _Lines(session)
        cancel = session.subscribe(report.observe)
        session.on_notice(report.notice)
        report.begin()
        if names is None:
            session.start_all()
        else:
            session.start_only(names)
        stop.wait()
        report.stopping()
        left = session.close()
        cancel()
    report.end(left.processes, left.ports)
    return 0 if left.processes == 0 else 1


def _ask_missing_passwords(session: Session) -> None:
    """Where the system has no store and somebody sits at the terminal."""
    servers = session.mail_servers
    if not sys.stdin.isatty():
        return
    for name in servers.missing:
        password = ask_password(servers.profiles[name])
        try:
            servers.set_password(name, password)
        except PasswordError as error:
            raise CommandError(str(error)) from error
        say(servers.passwords.words)


def _chosen(session: Session, only: str | None) -> Sequence[str] | None:
    if only is None:
        return None
    try:
        return sorted(
            with_dependencies(
                session.specs().values(), [name.strip() for name in only.split(",") if name.strip()]
            )
        )
    except GraphError as error:
        raise CommandError(str(error)) from error


class _Report:
    """Turns statuses into a line at each change of a state."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen: dict[str, tuple[str, int, str]] = {}
        self._titles = {name: spec.title for name, spec in session.specs().items()}

    def observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """On the supervisor's thread: a line each for what changed."""
        for name, status in statuses.items():
            trouble = status.problem.words if status.problem and status.degraded else ""
            key = (status.state.value, status.epoch, trouble)
            if self._seen.get(name) == key:
                continue
            first = name not in self._seen
            self._seen[name] = key
            if not (first and status.epoch == 0):
                self.line(name, status)

    def line(self, name: str, status: ServiceStatus) -> None:
        """One change."""
        raise NotImplementedError

    def words(self, name: str, status: ServiceStatus) -> str:
        """The sentence why, and the remedy."""
        told = explain(self._session.specs()[name], status, self._session.now(), self._titles)
        if not told.remedy:
            return told.sentence
        return f"{told.sentence.rstrip('.')}. {told.remedy}"


class _Json(_Report):
    """One object a line for programs."""

    def begin(self) -> None:
        """Nothing but changes is printed."""

    def notice(self, words: str) -> None:
        say(words)

    def line(self, name: str, status: ServiceStatus) -> None:
        emit(
            {
                "at": utc(),
                "service": name,
                "state": status.state.value,
                "pid": status.pid,
                "detail": self.words(name, status),
            }
        )

    def stopping(self) -> None:
        """The states say it."""

    def end(self, processes: int, ports: int) -> None:
        """The exit code says it."""
        del processes, ports


class _Lines(_Report):
    """Readable lines: right in a terminal, a pipe and a file alike."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._colour = sys.stdout.isatty()
        self._began = session.now()

    def begin(self) -> None:
        """What runs where."""
        click.echo(f"Celery Launcher {self._session.version} · {self._session.home}")
        click.echo(self._session.broker_words)
        for notice in self._session.notices():
            click.echo(f"▲ {notice.words}")
        for check in self._session.checks():
            click.echo(f"▲ {check.fact} {check.remedy}")

    def notice(self, words: str) -> None:
        click.echo(f"▲ {words}")

    def line(self, name: str, status: ServiceStatus) -> None:
        told = explain(self._session.specs()[name], status, self._session.now(), self._titles)
        seconds = self._session.now() - self._began
        head = f"{told.shape} {told.headline:<16}"
        if self._colour:
            head = click.style(head, fg=_COLOURS[told.tone.value])
        spec = self._session.specs()[name]
        links = " ".join(link.url for link in spec.links[:1]) if status.satisfies else ""
        tail = " ".join(part for part in (self.words(name, status), links) if part)
        click.echo(f"{seconds:7.2f} s  {spec.title:<19} {head} {tail}".rstrip())

    def stopping(self) -> None:
        click.echo("Stopping in order …")

    def end(self, processes: int, ports: int) -> None:
        """What is left; both should be 0."""
        click.echo(f"Stopped. {processes} processes and {ports} ports are left.")


_COLOURS = {
    "ready": "green",
    "working": "blue",
    "waiting": "bright_black",
    "trouble": "yellow",
    "failed": "red",
    "outside": "magenta",
    "done": "green",
    "off": "bright_black",
}
