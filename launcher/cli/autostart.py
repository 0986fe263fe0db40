"""`autostart`: whether the window opens with the user's session. On Windows alone."""

from __future__ import annotations

import sys

import click

from launcher.cli.options import common, emit


@click.command(hidden=sys.platform != "win32")
@click.argument("wanted", type=click.Choice(["on", "off"]), required=False)
@common
def autostart(wanted: str | None, home: str | None, as_json: bool) -> int:
    """Open the window when the user logs in: on, off, or say which it is."""
    del home  # the same for all
    if sys.platform != "win32":
        raise click.UsageError("Starting with the session is there on Windows alone.")
    from launcher.platform.windows import autostart as session  # noqa: PLC0415 - Windows alone

    if wanted == "on":
        session.turn_on()
    elif wanted == "off":
        session.turn_off()
    command = session.command()
    if as_json:
        emit({"autostart": command is not None, "command": command})
    else:
        click.echo(f"on: {command}" if command else "off")
    return 0
