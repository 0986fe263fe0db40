"""`forget`: takes what this program keeps in the system's password store; for the uninstaller."""

from __future__ import annotations

import click

from launcher.cli.options import CommandError, common, emit
from launcher.paths import find_home
from launcher.runtime.passwords import PasswordError, Passwords
from launcher.settings import load


@click.command(hidden=True)
@click.option("--yes", is_flag=True, help="Really do it.")
@common
def forget(yes: bool, home: str | None, as_json: bool) -> int:
    """Remove the passwords of all mail servers from the system's store."""
    names = sorted(load(find_home(home).settings_file)[0].smtp)
    if names and not yes:
        raise CommandError(f"Nothing was removed. Add --yes: it takes those of {', '.join(names)}.")
    store = Passwords()
    try:
        for name in names:
            store.forget(name)
    except PasswordError as error:
        raise CommandError(str(error)) from error
    if as_json:
        emit({"forgotten": names})
    return 0
