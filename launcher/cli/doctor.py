"""`doctor`: every prerequisite, the fact found, the remedy; `--fix` installs what is missing."""

from __future__ import annotations

import click

from launcher.cli.options import common, emit, say
from launcher.core.checks import Verdict
from launcher.core.facts import BrokerMode
from launcher.paths import find_home
from launcher.runtime import port_choice, prerequisites, repair
from launcher.services.catalogue import wanted_endpoints, with_titles
from launcher.settings import load

_MARKS = {Verdict.OK: ("●", "green"), Verdict.WARN: ("▲", "yellow"), Verdict.FAIL: ("◆", "red")}


@click.command()
@click.option("--fix", is_flag=True, help="Install what is missing (apt on Debian and Ubuntu).")
@click.option("--for-tests", is_flag=True, help="With --fix: also what the tests need.")
@common
def doctor(fix: bool, for_tests: bool, home: str | None, as_json: bool) -> int:
    """Check Erlang, RabbitMQ, Python, ports and folders; say what to do about each."""
    place = find_home(home)
    settings, errors = load(place.settings_file)
    outcome = None
    if fix:
        groups = [repair.RABBITMQ, repair.WINDOW]
        groups += [repair.TESTS] if for_tests else []
        outcome = repair.fix(groups, say)
    endpoints = port_choice.resolve(wanted_endpoints(settings, BrokerMode.RABBITMQ))
    checks = [
        *prerequisites.check_settings(errors),
        *prerequisites.check_all(place.root, with_titles(endpoints.notices), thorough=True),
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
