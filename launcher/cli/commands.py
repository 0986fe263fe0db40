"""All commands by name; the module of each is loaded when the command is asked for.

Whoever opens the window waits for none of them
(https://click.palletsprojects.com/en/stable/complex/#defining-the-lazy-group).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

import click

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "autostart": ("autostart", "autostart"),
    "demo": ("demo", "demo"),
    "diagnostics": ("diagnostics", "diagnostics"),
    "doctor": ("doctor", "doctor"),
    "down": ("remote", "down"),
    "env": ("remote", "env"),
    "forget": ("forget", "forget"),
    "logs": ("remote", "logs"),
    "restart": ("remote", "restart"),
    "selftest": ("selftest", "selftest"),
    "send": ("remote", "send"),
    "smtp": ("smtp", "smtp"),
    "start": ("remote", "start"),
    "start-over": ("start_over", "start_over"),
    "status": ("remote", "status"),
    "stop": ("remote", "stop"),
    "up": ("up", "up"),
}
"""Of each command, the module of `launcher.cli` and its name there."""


class Commands(click.Group):
    """Has the commands that were added to it, and those of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted({*super().list_commands(ctx), *_COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, None when there is none."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute = _COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"launcher.cli.{module}"), attribute)
        return cast("click.Command", found)


def all_commands(group: click.Group) -> Mapping[str, click.Command]:
    """Every command of a group by its name, loaded."""
    context = click.Context(group)
    names = group.list_commands(context)
    return {name: found for name in names if (found := group.get_command(context, name))}
