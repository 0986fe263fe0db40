"""Commands that talk to the running instance of a home, be it a window or `up`."""

from __future__ import annotations

import re
import shlex
import sys
import threading
import time
import uuid

import click

from launcher.cli.options import CommandError, ask_once, ask_running, common, emit, utc
from launcher.paths import Home, find_home
from launcher.platform import current

_FINAL = ("delivered", "failed", "unknown", "cancelled")
_STOP_LIMIT = 40.0


@click.command()
@common
def status(home: str | None, as_json: bool) -> int:
    """Show every service of the running instance."""
    answer = ask_once(find_home(home), "status")
    if as_json:
        emit(answer)
        return 0
    click.echo(
        f"Celery Launcher {answer['version']} · {answer['home']} · broker {answer['broker']}"
    )
    for service in answer["services"]:
        pid = service["pid"] or "–"
        line = f"{service['name']:<9} {service['state']:<10} pid {pid!s:<8} {service['detail']}"
        click.echo(line.rstrip())
    for service in answer["services"]:
        if service["remedy"]:
            click.echo(f"▲ {service['detail']} {service['remedy']}")
    for notice in answer["notices"]:
        click.echo(f"▲ {notice}")
    return 0


@click.command()
@common
def down(home: str | None, as_json: bool) -> int:
    """Stop everything in order and end the running instance."""
    place = find_home(home)
    ask_once(place, "quit")
    _wait_until_free(place)
    if as_json:
        emit({"ok": True})
    return 0


def _wait_until_free(place: Home) -> None:
    """The lock tells the truth: it is free when the instance has ended."""
    system, pause = current(), threading.Event()
    deadline = time.monotonic() + _STOP_LIMIT
    while time.monotonic() < deadline:
        lock = system.lock(place.run / "lock")
        if lock is not None:
            lock.release()
            return
        pause.wait(0.05)
    raise CommandError(f"The instance has not ended after {_STOP_LIMIT:g} s; see its logs.")


def _one_service(action: str, words: str) -> click.Command:
    @click.command(action, help=words)
    @click.argument("service")
    @common
    def command(service: str, home: str | None, as_json: bool) -> int:
        answer = ask_once(find_home(home), action, service=service)
        if as_json:
            emit(answer)
        return 0

    return command


@click.command()
@click.argument("service", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on as lines come.")
@common
def logs(service: str | None, follow: bool, home: str | None, as_json: bool) -> int:
    """Print the log of one service, or of all by time."""
    lines = ask_running(find_home(home), "logs", service=service, follow=follow)
    for line in lines:
        if not line:
            continue
        moment = utc(line["at"])
        if as_json:
            emit({**line, "at": moment})
        else:
            click.echo(f"{moment} {line['service']:<9} {line['text']}")
    return 0


@click.command()
@click.option("--to", required=True, multiple=True, metavar="ADDRESS", help="May be given often.")
@click.option("--subject", default="", help="The subject.")
@click.option("--text", default="", help="The text; - reads it from standard input.")
@click.option("--wait", is_flag=True, help="Wait until the mail has a final state.")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to wait at most.")
@common
def send(  # noqa: PLR0917 - click hands each option over
    to: tuple[str, ...],
    subject: str,
    text: str,
    wait: bool,
    timeout: float,
    home: str | None,
    as_json: bool,
) -> int:
    """Send a mail through the queue. 0 when it is saved; with --wait when it is delivered."""
    place = find_home(home)
    if text == "-":
        text = sys.stdin.read()
    recipients = [part.strip() for entry in to for part in entry.split(",") if part.strip()]
    mail = ask_once(place, "send", to=recipients, subject=subject, text=text, key=uuid.uuid4().hex)
    if wait:
        deadline, pause = time.monotonic() + timeout, threading.Event()
        while mail["state"] not in _FINAL and time.monotonic() < deadline:
            pause.wait(0.1)
            mail = ask_once(place, "mail", id=mail["id"])
    if as_json:
        emit(mail)
    else:
        click.echo(f"Mail {mail['id']} is {mail['state']}.")
    if wait and mail["state"] not in _FINAL:
        raise CommandError(f"It has no final state after {timeout:g} s; it stays in the outbox.")
    return 0 if not wait or mail["state"] == "delivered" else 1


@click.command()
@click.option(
    "--shell",
    type=click.Choice(["posix", "powershell", "dotenv"]),
    default="posix",
    show_default=True,
    help="Whose syntax.",
)
@common
def env(shell: str, home: str | None, as_json: bool) -> int:
    """Print the variables by which your own commands reach what runs here. Holds secrets."""
    variables = ask_once(find_home(home), "environment")["environment"]
    if as_json:
        emit(variables)
        return 0
    for name, value in variables.items():
        if shell == "posix":
            click.echo(f"export {name}={shlex.quote(value)}")
        elif shell == "powershell":
            click.echo(f"$env:{name} = '{value.replace(chr(39), chr(39) * 2)}'")
        else:
            quoted = re.sub(r'(["\\$`])', r"\\\1", value)
            click.echo(f'{name}="{quoted}"')
    return 0


start = _one_service("start", "Start SERVICE and what it depends on.")
stop = _one_service("stop", "Stop SERVICE.")
restart = _one_service("restart", "Stop SERVICE and start it again.")
