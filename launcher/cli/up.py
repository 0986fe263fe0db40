"""`up`: the whole stack in the foreground of a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import click

from launcher.app import Wishes, open_session
from launcher.cli.options import CommandError, common, say
from launcher.cli.reports import JsonReport, PlainReport, Report
from launcher.cli.signals import StopSignals
from launcher.cli.smtp import ask_password
from launcher.core.graph import GraphError, with_dependencies
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
        report = report_for(session, stop.set, as_json=as_json)
        report.begin()
        cancel = session.subscribe(report.observe)
        session.on_notice(report.notice)
        if names is None:
            session.start_all()
        else:
            session.start_only(names)
        stop.wait()
        report.stopping()
        left = session.close()
        cancel()
    report.end(left)
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


def report_for(session: Session, gone: Callable[[], None], *, as_json: bool) -> Report:
    """JSON if asked for; a table in a terminal that can move its cursor; else lines."""
    if as_json:
        return JsonReport(session, gone)
    if sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
        from launcher.cli.live_table import LiveTable  # noqa: PLC0415 - 7 MB, in a terminal alone

        return LiveTable(session, gone)
    return PlainReport(session, gone)
