"""`smtp`: mail servers from a terminal, whether something runs with this home or not."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from launcher.app import open_mail_servers
from launcher.cli.options import CommandError, ask_once, common, emit, say
from launcher.mail_servers import MailServers, run_check
from launcher.paths import Home, find_home, program
from launcher.runtime.control import NotRunningError, RequestError
from launcher.runtime.passwords import Kept, PasswordError
from launcher.settings import write_template
from launcher.settings.editing import NotEditableError
from launcher.smtp.choice import MailChoice
from launcher.smtp.presets import preset_of, presets
from launcher.smtp.profile import CATCHER, SmtpProfile, check_address, profile_from

if TYPE_CHECKING:
    from launcher.runtime.smtp_dialogue import Said


@click.group(invoke_without_command=True)
@common
@click.pass_context
def smtp(context: click.Context, home: str | None, as_json: bool) -> None:
    """Mail servers: show, add, test, choose, safe mode. Alone: show them."""
    inherited = {"home": home, "as_json": as_json}
    context.default_map = dict.fromkeys(smtp.commands, inherited)
    if context.invoked_subcommand is None:
        context.invoke(show, **inherited)


@smtp.command("list")
@common
def show(home: str | None, as_json: bool) -> int:
    """Show all mail servers and which of them is used for what."""
    servers = _servers(find_home(home))
    choice = servers.choice
    if as_json:
        emit(
            {
                "profiles": [_described(servers, profile) for profile in servers.profiles.values()],
                "profile": choice.profile,
                "release": choice.release or None,
                "redirect_to": choice.redirect_to or None,
                "errors": [error.words for error in servers.errors],
            }
        )
        return 0
    mark = "●" if choice.profile == CATCHER else "–"
    click.echo(f"{mark} {CATCHER:<12} the built-in inbox: nothing leaves this computer")
    for name, profile in servers.profiles.items():
        mark = "●" if name == choice.profile else "–"
        uses = " · released mails go through it" if name == choice.release else ""
        click.echo(f"{mark} {name:<12} {profile.words}{uses}")
    if choice.redirect_to:
        click.echo(f"▲ Safe mode: every mail goes to {choice.redirect_to} alone.")
    for error in servers.errors:
        click.echo(f"▲ {error.words}")
    return 0


@smtp.command()
@click.argument("name")
@click.option("--preset", type=click.Choice([*presets()]), help="Fill in what a provider says.")
@click.option("--host", help="The server's name or address.")
@click.option("--port", type=int, help="Usual for the security if left out.")
@click.option("--security", type=click.Choice(["starttls", "tls", "none"]), help="How it is kept.")
@click.option("--user", help="Who logs in; none if left out.")
@click.option("--from", "sender", help="Who mails are from.")
@common
def add(name: str, home: str | None, as_json: bool, **given: Any) -> int:
    """Add the mail server NAME, or change what is given of it."""
    place = find_home(home)
    place.prepare()
    write_template(place.settings_file)
    servers = _servers(place)
    profile = _made(name, servers.profiles.get(name), given)
    _changing(place, lambda: servers.save(profile))
    hint = preset_of(profile.host)
    if as_json:
        emit(_described(servers, profile))
        return 0
    click.echo(f"{name}: {profile.words}")
    if hint is not None:
        say(f"{hint.title}: {hint.hint}")
    with _in_words():
        if profile.user and not servers.has_password(name):
            ask = f"Give its password with: {program()} smtp password {name}"
            say(ask if servers.passwords.has_store else f"No password yet. {_NO_STORE}")
    return 0


@smtp.command()
@click.argument("name")
@common
def test(name: str, home: str | None, as_json: bool) -> int:
    """Connect to the mail server NAME, log in, send nothing; show what was said."""
    servers = _servers(find_home(home))
    profile = _known(servers, name)
    said: list[str] = []

    def tell(line: Said) -> None:
        said.append(line.words)
        if not as_json:
            click.echo(line.words)

    with _in_words():
        known = servers.has_password(name) if profile.user else True
        password = "" if known or not sys.stdin.isatty() else ask_password(profile)
        outcome = run_check(servers.check(profile, password, tell), profile)
    if as_json:
        emit(
            {
                "ok": outcome.ok,
                "phase": outcome.phase,
                "code": outcome.code,
                "words": outcome.words,
                "remedy": outcome.remedy,
                "dialogue": said,
            }
        )
    else:
        say(outcome.words, *([outcome.remedy] if outcome.remedy else []))
    return 0 if outcome.ok else 1


@smtp.command()
@click.argument("name")
@common
def use(name: str, home: str | None, as_json: bool) -> int:
    """Send every mail through NAME; catcher is the built-in inbox."""
    return _choose(home, name, lambda choice: replace(choice, profile=name), as_json=as_json)


@smtp.command()
@click.argument("name", required=False, default="")
@common
def release(name: str, home: str | None, as_json: bool) -> int:
    """Let mails be released from the inbox through NAME; without NAME release none."""
    return _choose(home, name, lambda choice: replace(choice, release=name), as_json=as_json)


@smtp.command()
@click.argument("address", required=False, default="")
@common
def safe(address: str, home: str | None, as_json: bool) -> int:
    """Let every mail go to ADDRESS alone; without ADDRESS let them go to whom they are for."""
    try:
        chosen = check_address(address) if address else ""
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return _choose(home, "", lambda choice: replace(choice, redirect_to=chosen), as_json=as_json)


@smtp.command()
@click.argument("name")
@click.option("--forget", is_flag=True, help="Take the password out of the store instead.")
@common
def password(name: str, forget: bool, home: str | None, as_json: bool) -> int:
    """Ask for the password of NAME and keep it in the system's store."""
    place = find_home(home)
    servers = _servers(place)
    profile = _known(servers, name)
    if not forget and not servers.passwords.has_store:
        raise CommandError(_NO_STORE)
    if forget:
        _changing(place, lambda: servers.passwords.forget(name))
    else:
        given = ask_password(profile)
        _changing(place, lambda: servers.set_password(name, given))
    words = "Its password is forgotten." if forget else servers.passwords.words
    if as_json:
        emit({"name": name, "kept": None if forget else Kept.STORE.value})
    else:
        click.echo(words)
    return 0


@smtp.command()
@click.argument("name")
@common
def remove(name: str, home: str | None, as_json: bool) -> int:
    """Remove the mail server NAME and its password; if it is in use, mail stays here."""
    place = find_home(home)
    servers = _servers(place)
    _known(servers, name)
    _changing(place, lambda: servers.remove(name))
    if as_json:
        emit({"ok": True})
    return 0


_NO_STORE = (
    "This system has no password store, so a password is kept in memory alone, by the program that "
    f"needs it: {program()} up asks for it at its start, the window when it opens; a script gives "
    "it in EMAIL_HOST_PASSWORD or EMAIL_RELEASE_PASSWORD."
)


def ask_password(profile: SmtpProfile) -> str:
    """Ask at the terminal, unseen. Raises CommandError when there is none to ask at."""
    if not sys.stdin.isatty():
        raise CommandError(f"The password of {profile.name} can only be asked for at a terminal.")
    return str(
        click.prompt(f"Password of {profile.user} at {profile.host}", hide_input=True, err=True)
    )


def _servers(home: Home) -> MailServers:
    with _in_words():
        return open_mail_servers(home)


def _known(servers: MailServers, name: str) -> SmtpProfile:
    if name in servers.profiles:
        return servers.profiles[name]
    known = ", ".join(servers.profiles) or "none yet"
    raise CommandError(f"There is no mail server {name}; known are {known}.")


def _made(name: str, before: SmtpProfile | None, given: dict[str, Any]) -> SmtpProfile:
    """What stood there, a preset and what was given, the later before the earlier."""
    preset = presets().get(given.pop("preset") or "")
    entries: dict[str, Any] = {}
    if before is not None:
        entries = {"host": before.host, "port": before.port, "security": before.security.value}
        entries |= {"user": before.user, "from": before.sender}
    if preset is not None:
        entries |= {"host": preset.host, "port": preset.port, "security": preset.security.value}
        entries |= {"user": preset.user} if preset.user else {}
    given["from"] = given.pop("sender")
    told = {key: value for key, value in given.items() if value is not None}
    if "security" in told and "port" not in told:
        entries.pop("port", None)
    profile, errors = profile_from(name, entries | told)
    if profile is None:
        words = "; ".join(f"{key or name}: {error}" for key, error in errors.items())
        raise click.UsageError(words)
    return profile


def _choose(
    home: str | None, name: str, change: Callable[[MailChoice], MailChoice], *, as_json: bool
) -> int:
    place = find_home(home)
    servers = _servers(place)
    if name and name != CATCHER:
        _known(servers, name)
    choice = change(servers.choice)
    if choice.release == CATCHER:
        raise click.UsageError("The inbox cannot release into itself; name a mail server.")
    restarted = _changing(place, lambda: servers.choose(choice))
    if as_json:
        emit({"ok": True, "restarted": restarted})
    elif restarted:
        click.echo("Django and the worker of the running instance are restarted where it matters.")
    return 0


def _changing(home: Home, change: Callable[[], object]) -> bool:
    """Make a change, and have the running instance take it; whether one runs."""
    with _in_words():
        change()
        try:
            ask_once(home, "mail-servers")
        except NotRunningError:
            return False
        except RequestError as error:
            raise CommandError(f"It is saved, but what runs could not take it: {error}") from error
    return True


@contextlib.contextmanager
def _in_words() -> Any:
    try:
        yield
    except (NotEditableError, PasswordError) as error:
        raise CommandError(str(error)) from error


def _described(servers: MailServers, profile: SmtpProfile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "host": profile.host,
        "port": profile.port,
        "security": profile.security.value,
        "user": profile.user or None,
        "from": profile.sender or None,
        "in_use": profile.name == servers.choice.profile,
        "releases": profile.name == servers.choice.release,
    }
