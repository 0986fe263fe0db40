"""What all commands share: their options, and how they speak."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import click

from launcher.paths import Home
from launcher.runtime.control import Answer, request

F = TypeVar("F", bound=Callable[..., Any])


class CommandError(Exception):
    """A command could not do what was asked; the message says why."""


def common(command: F) -> F:
    """Give a command `--home` and `--json`, which every command takes."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")(
        command
    )
    return click.option(
        "--home",
        metavar="DIR",
        help="Folder of all data, settings and logs (or CELERY_LAUNCHER_HOME).",
    )(command)


def say(*lines: str) -> None:
    """Words for the person at the terminal, kept apart from what programs read on stdout."""
    for line in lines:
        click.echo(line, err=True)


def emit(value: Mapping[str, Any]) -> None:
    """One JSON object, one line, at once."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def ask_running(home: Home, verb: str, **words: Any) -> Iterator[Answer]:
    """Ask the instance that runs with this home. Raises NotRunningError."""
    return request(home, verb, **words)


def ask_once(home: Home, verb: str, **words: Any) -> Answer:
    """The first and only answer of the running instance. Raises NotRunningError."""
    for answer in request(home, verb, **words):
        return answer
    raise CommandError(f"The running instance gave no answer to {verb}; see its logs.")


def has_display() -> bool:
    """Whether a window can open here."""
    if sys.platform in ("win32", "darwin"):  # window systems that are always there
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def utc(at: float | None = None) -> str:
    """A wall time (seconds since 1970; None: now) as ISO-8601 UTC with milliseconds."""
    moment = dt.datetime.now(dt.UTC) if at is None else dt.datetime.fromtimestamp(at, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
