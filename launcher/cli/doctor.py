"""`doctor`: every prerequisite, the fact found, the remedy; `--fix` installs what is missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from launcher.cli.options import common, emit, say
from launcher.core.checks import Verdict
from launcher.core.facts import BrokerMode
from launcher.paths import Home, find_home
from launcher.platform.packages import InstallOutcome
from launcher.runtime import port_choice, prerequisites, repair
from launcher.runtime.installations import Places
from launcher.runtime.parts.watching import Watch
from launcher.services.catalogue import wanted_endpoints, with_titles
from launcher.settings import load

_MARKS = {Verdict.OK: ("●", "green"), Verdict.WARN: ("▲", "yellow"), Verdict.FAIL: ("◆", "red")}


@click.command()
@click.option(
    "--fix",
    is_flag=True,
    help="Install what is missing: by apt on Debian and Ubuntu, into the home on Windows.",
)
@click.option(
    "--from",
    "source",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --fix, on Windows: take Erlang's and RabbitMQ's archives from there.",
)
@click.option(
    "--remove", is_flag=True, help="Remove the Erlang and RabbitMQ that --fix installed on Windows."
)
@click.option("--for-tests", is_flag=True, help="With --fix: also what the tests need.")
@common
def doctor(  # noqa: PLR0917 - click hands them over by name
    fix: bool,
    source: Path | None,
    remove: bool,
    for_tests: bool,
    home: str | None,
    as_json: bool,
) -> int:
    """Check Erlang, RabbitMQ, Python, ports and folders; say what to do about each."""
    place = find_home(home)
    settings, errors = load(place.settings_file)
    outcome = None
    if fix:
        groups = [repair.RABBITMQ, repair.WINDOW]
        groups += [repair.TESTS] if for_tests else []
        outcome = _fixed(groups, place, source)
    elif remove:
        outcome = repair.remove(place.programs)
    endpoints = port_choice.resolve(wanted_endpoints(settings, BrokerMode.RABBITMQ))
    checks = [
        *prerequisites.check_settings(errors),
        *prerequisites.check_all(
            place.root,
            with_titles(endpoints.notices),
            thorough=True,
            places=Places.here(place.programs),
        ),
    ]
    if outcome is not None:
        say(outcome.words, *([outcome.remedy] if outcome.remedy else []))
    if as_json:
        emit(
            {
                "checks": [
                    {
                        "name": check.name,
                        "verdict": check.verdict.value,
                        "fact": check.fact,
                        "remedy": check.remedy,
                    }
                    for check in checks
                ],
                "fixed": None if outcome is None else outcome.ok,
            }
        )
    else:
        for check in checks:
            mark, colour = _MARKS[check.verdict]
            click.echo(f"{click.style(mark, fg=colour)} {check.name}: {check.fact}")
            if check.remedy:
                click.echo(f"    {check.remedy}")
    failed = any(check.verdict is Verdict.FAIL for check in checks)
    return 1 if failed or (outcome is not None and not outcome.ok) else 0


def _fixed(groups: Sequence[str], place: Home, source: Path | None) -> InstallOutcome:
    """Install them, with one line that tells how far it has come; Ctrl-C keeps what was fetched."""
    watch = Watch(lambda words: _told(words, watch.share))
    try:
        outcome = repair.fix(groups, watch, place.programs, source)
    except KeyboardInterrupt:
        watch.cancel()
        outcome = InstallOutcome(
            ok=False,
            words="cancelled; what was downloaded is kept",
            remedy="Start it again: it goes on where it stopped",
            cancelled=True,
        )
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    return outcome


def _told(words: str, share: float | None) -> None:
    """A step on a line of its own; how far one has come on the same line, at a terminal alone."""
    if share is None:
        say(words)
    elif sys.stderr.isatty():
        click.echo(f"\r\x1b[K{words}", nl=False, err=True)
