"""`start-over`: remove broker, database or all of it, whether something runs or not."""

from __future__ import annotations

import sys

import click

from launcher.cli.options import CommandError, ask_once, common, emit
from launcher.core.disk import Scope, size
from launcher.paths import Home, find_home, program
from launcher.platform import current
from launcher.runtime.control import Answer, NotRunningError
from launcher.start_over import Going, StartOverError, elsewhere, look, remove_at_rest

TIMEOUT = 90.0
"""Seconds for a running instance: services stop first, and folders may be large."""


@click.command("start-over")
@click.option("--broker", "scope", flag_value="broker", help="Queues and messages; mails stay.")
@click.option("--database", "scope", flag_value="database", help="All mails, inbox and users.")
@click.option("--all", "scope", flag_value="all", help="Both, and all log files.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def start_over(scope: str | None, yes: bool, home: str | None, as_json: bool) -> int:
    """Remove broker, database or all, as on the first day. Settings and passwords stay."""
    if scope is None:
        raise click.UsageError("Say what goes: --broker, --database or --all.")
    place, wanted = find_home(home), Scope(scope)
    found = _look(place, wanted)
    if not yes:
        _ask(place, found, as_json=as_json)
    gone = _remove(place, wanted)
    if as_json:
        emit({"scope": scope, "bytes": gone["bytes"], "removed": list(gone["lines"])})
    else:
        click.echo(f"Removed {size(gone['bytes'])}.")
    return 0


def _ask(home: Home, found: Answer, *, as_json: bool) -> None:
    """Say what goes and have it confirmed at the terminal. Raises CommandError."""
    if not _somebody_is_there():
        raise CommandError("Nothing was removed: nobody can be asked here. Add --yes to do it.")
    click.echo(f"In {home.root}:", err=as_json)
    for line in found["lines"] or ["nothing yet"]:
        click.echo(f"  {line}", err=as_json)
    click.echo(found["words"], err=as_json)
    if not click.confirm(f"Remove these {size(found['bytes'])}?", err=as_json):
        raise CommandError("Nothing was removed.")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _look(home: Home, scope: Scope) -> Answer:
    try:
        return ask_once(home, "start-over", scope=scope.value)
    except NotRunningError:
        try:
            return _answer(look(home, scope, elsewhere(home)))
        except StartOverError as error:
            raise CommandError(str(error)) from error


def _remove(home: Home, scope: Scope) -> Answer:
    try:
        return ask_once(home, "start-over", scope=scope.value, sure=True, timeout=TIMEOUT)
    except NotRunningError:
        if not home.run.is_dir():
            raise CommandError(
                f"There is nothing in {home.root}: {program()} has not run with it yet."
            ) from None
        try:
            return _answer(remove_at_rest(home, current(), scope))
        except StartOverError as error:
            raise CommandError(str(error)) from error


def _answer(found: Going) -> Answer:
    return {"bytes": found.bytes, "words": found.words, "lines": found.lines}
