"""`diagnostics`: what helps somebody else to see what is wrong here, as a zip without secrets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from launcher.app import open_mail_servers
from launcher.cli.options import CommandError, ask_running, common, emit, say
from launcher.diagnostics import Part, collect, file_name, passwords, write
from launcher.paths import Home, find_home
from launcher.runtime.control import NotRunningError
from launcher.runtime.prerequisites import check_all


@click.command("diagnostics")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Print what would be in it, and write nothing.")
@common
def diagnostics(file: Path | None, preview: bool, home: str | None, as_json: bool) -> int:
    """Write versions, checks, settings, services, processes and last log lines into a zip FILE.

    Passwords, tokens and keys are masked. Without FILE it is named by date, in this folder.
    """
    parts = _collected(find_home(home))
    if preview:
        for part in parts:
            if as_json:
                emit({"name": part.name, "text": part.text})
            else:
                click.echo(f"== {part.name}\n{part.text}")
        return 0
    path = (file or Path(file_name(dt.datetime.now()))).absolute()  # noqa: DTZ005 - the user's day
    try:
        write(parts, path)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written ({error.strerror or error}). Name another FILE."
        ) from error
    if as_json:
        emit({"file": str(path), "parts": [part.name for part in parts]})
    else:
        click.echo(str(path))
        say("Secrets are masked. Read it before you give it away: see --preview.")
    return 0


def _collected(home: Home) -> Sequence[Part]:
    """Of the running instance, else of what lies in the folder."""
    try:
        return [
            Part(answer["name"], answer["text"])
            for answer in ask_running(home, "diagnostics", timeout=60)
        ]
    except NotRunningError:
        known = passwords(open_mail_servers(home))
        return collect(home, check_all(home.root), None, known)
