"""The terminal: commands, their exit codes, and what programs read from them.

Exit codes: 0 done; 1 it failed or something is left; 2 wrong usage; 3 nothing runs with this home;
4 another instance runs with this home; 5 this machine or this folder cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from launcher import __version__
from launcher.app import BrokerMissingError, open_session
from launcher.cli.commands import Commands
from launcher.cli.options import CommandError, ask_running, common, has_display, say
from launcher.cli.signals import StopSignals
from launcher.paths import HomeError, find_home, program
from launcher.runtime.control import NotRunningError, RequestError
from launcher.runtime.instance import AlreadyRunningError
from launcher.session import Session

Opener = Callable[[Session], int]
Loader = Callable[[], Opener]
"""Loads all that the window needs; may raise ImportError."""


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="Celery Launcher")
@click.option(
    "--home", "top_home", metavar="DIR", help="Folder of all data; see also each command."
)
@click.pass_context
def main(context: click.Context, top_home: str | None) -> None:
    """Start, watch and explain Django + Celery + RabbitMQ on this machine.

    Without a command the window opens; without a display it is the same as `up`.
    """
    context.default_map = {name: {"home": top_home} for name in main.list_commands(context)}
    if context.invoked_subcommand is None:
        context.invoke(window, home=top_home)


@main.command()
@common
@click.pass_obj
def window(loader: Loader, home: str | None, as_json: bool) -> int:
    """Open the window (what happens without a command)."""
    if not has_display():
        say(f"There is no display here, so this is the terminal view ({program()} up).")
        from launcher.cli import up  # noqa: PLC0415 - as any command: when it is asked for

        return up.run_up(find_home(home), broker=None, only=None, as_json=as_json)
    place = find_home(home)
    # Before services are started, which would compete with it for the processors.
    opener = _loaded(loader)
    signals = StopSignals()
    try:
        again = True
        while again:
            with open_session(place) as session:
                signals.then(session.ask_to_quit)
                if session.starts_services:
                    session.start_all()
                code = opener(session)
                again = session.opens_again
        return code
    except AlreadyRunningError:
        raised = any(answer.get("raised") for answer in ask_running(place, "raise"))
        if raised:
            return 0
        raise


def _loaded(loader: Loader) -> Opener:
    try:
        return loader()
    except ImportError as error:
        raise CommandError(
            f"The window cannot open: {error}. Install what it needs with: {program()} doctor "
            f"--fix, or use the terminal view: {program()} up"
        ) from error


def run(arguments: Sequence[str], loader: Loader) -> int:
    """Run the command line and return its exit code; expected failures become one sentence."""
    try:
        result = main.main(
            args=list(arguments), prog_name="celery-launcher", obj=loader, standalone_mode=False
        )
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except NotRunningError as error:
        say(str(error), f"Start it with: {program()} up")
        return 3
    except AlreadyRunningError as error:
        say(str(error), f"See it with: {program()} status, end it with: {program()} down")
        return 4
    except (HomeError, BrokerMissingError) as error:
        say(str(error))
        return 5
    except (RequestError, CommandError) as error:
        say(str(error))
        return 1
    return result if isinstance(result, int) else 0
