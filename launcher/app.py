"""The composition root: wires one run, once."""

from __future__ import annotations

import contextlib
import os
import site
import sysconfig
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from launcher import platform
from launcher.control_verbs import verbs
from launcher.core.checks import Verdict, check_pair
from launcher.core.facts import BrokerMode, RabbitInstallation
from launcher.core.project import Project
from launcher.mail_servers import MailServers
from launcher.paths import Home, HomeError
from launcher.platform.system import System
from launcher.runtime import embedded_broker, instance
from launcher.runtime.control import ControlServer
from launcher.runtime.credentials import load_or_make
from launcher.runtime.guard import Guard
from launcher.runtime.installations import Places, find_rabbitmq
from launcher.runtime.logs import LogStore
from launcher.runtime.passwords import Passwords
from launcher.runtime.port_claims import PortClaims
from launcher.runtime.process import program_folder
from launcher.runtime.repair import fix_command
from launcher.services.catalogue import wanted_endpoints
from launcher.services.plan import Plan
from launcher.services.rabbitmq import node_files
from launcher.session import Session
from launcher.settings import write_template


class BrokerMissingError(Exception):
    """RabbitMQ was asked for by name and is not there; the message holds the remedy."""


class CookieError(HomeError, OSError):
    """A foreign Erlang cookie stands where the node's own belongs."""

    def __init__(self, cookie: Path, why: OSError) -> None:
        super().__init__(
            f"The Erlang cookie {cookie} is not ours and cannot be replaced by ours "
            f"({why.strerror or why}), so nobody would reach our RabbitMQ node. Remove it, then "
            "start again; or use --broker embedded."
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a command line asks for beyond the settings; None leaves the settings' word."""

    broker: str | None = None


def bundled_project() -> Project:
    """The project that comes with the launcher, run by the launcher's own interpreter."""
    folder = program_folder()
    installed = {sysconfig.get_path("purelib"), *site.getsitepackages()}
    # From a checkout the packages are found only if their folder is named.
    named = {} if str(folder) in installed else {"PYTHONPATH": str(folder)}
    return Project(
        name="celerytutorial",
        interpreter=platform.current().interpreter,
        settings_module="celerytutorial.settings",
        celery_app="celerytutorial",
        wsgi="celerytutorial.wsgi:application",
        environment=named,
        bundled=True,
    )


@contextlib.contextmanager
def open_session(home: Home, wishes: Wishes = Wishes()) -> Iterator[Session]:
    """Take the home and open a run on it; at the end everything is stopped in order.

    Raises HomeError, AlreadyRunningError or BrokerMissingError, each with words for the user.
    """
    system = platform.current()
    home.prepare()
    write_template(home.settings_file)
    mail_servers = open_mail_servers(home)
    settings = mail_servers.settings
    if wishes.broker is not None:
        settings = replace(settings, broker=wishes.broker)
    run = uuid.uuid4().hex
    holder = instance.take(home, system, run)
    try:
        ports = PortClaims(system)
        broker, rabbit = _choose_broker(settings.broker, Places.here(home.programs))
        link = _plain_root(home, broker, system)
        plan = Plan(
            settings=settings,
            project=bundled_project(),
            home=home,
            run=run,
            broker=broker,
            endpoints=ports.resolve(wanted_endpoints(settings, broker)),
            secrets={**load_or_make(home.secrets_file, system), **mail_servers.secrets_at_start()},
            rabbitmq=_by_plain_name(rabbit, home, link),
            plain_data=link / home.data.name if link else None,
        )
        _make_broker(plan, system)
        session = Session(
            plan,
            system=system,
            instance=holder,
            logs=LogStore(home.logs),
            guard=lambda: Guard(system, run, str(program_folder())),
            ports=ports,
            write_files=lambda changed: _write_node_files(changed, system),
            make_broker=lambda now: _make_broker(now, system),
            mail_servers=mail_servers,
        )
    except BaseException:
        holder.release()
        raise
    session.open()
    control = ControlServer(home, system, verbs(session))
    try:
        yield session
    finally:
        session.close()
        control.close()
        if link is not None:
            _remove_link(link)


def open_mail_servers(home: Home) -> MailServers:
    """The user's mail servers, with the passwords that the environment has for those in use."""
    servers = MailServers(home.settings_file, Passwords())
    choice = servers.choice
    for name, variable in (
        (choice.release, "EMAIL_RELEASE_PASSWORD"),
        (choice.profile, "EMAIL_HOST_PASSWORD"),
    ):
        given = os.environ.get(variable, "")
        if given and name in servers.profiles:
            # Bound to its profile: chosen later, another server must not be told this password.
            servers.passwords.remember(name, given)
    return servers


def _plain_root(home: Home, broker: BrokerMode, system: System) -> Path | None:
    """A plain name of the home for RabbitMQ, where the home's own is none."""
    link = home.plain_root
    if broker is not BrokerMode.RABBITMQ or link is None:
        return None
    try:
        system.link_folder(link, home.root)
    except OSError as error:
        raise HomeError(
            f"RabbitMQ cannot use the folder {home.root}: its name is too long, or has letters "
            f"that RabbitMQ does not take, and no other name could be made for it "
            f"({error.strerror or error}: {link}). "
            "Choose a folder with a short, plain name with --home, or use --broker embedded."
        ) from error
    return link


def _remove_link(link: Path) -> None:
    """Take the home's plain name away, and the folder made for it where it is empty then."""
    link.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        link.parent.rmdir()


def _by_plain_name(
    found: RabbitInstallation | None, home: Home, link: Path | None
) -> RabbitInstallation | None:
    """What the launcher fetched into the home, by the home's plain name."""
    if found is None or link is None:
        return found

    def renamed(path: str) -> str:
        inside = Path(path)
        if not inside.is_relative_to(home.root):
            return path
        return str(link / inside.relative_to(home.root))

    return replace(
        found,
        server=renamed(found.server),
        erl=renamed(found.erl),
        epmd=renamed(found.epmd),
    )


def _choose_broker(wanted: str, places: Places) -> tuple[BrokerMode, RabbitInstallation | None]:
    if "://" in wanted:
        return BrokerMode.EXTERNAL, None
    if wanted == "embedded":
        return BrokerMode.EMBEDDED, None
    found = find_rabbitmq(places)
    if found is None:
        if wanted == "rabbitmq":
            raise BrokerMissingError(
                "RabbitMQ or Erlang was not found on this machine. "
                f"Install them with {fix_command()}, or use --broker embedded."
            )
        return BrokerMode.EMBEDDED, None
    if wanted == "auto" and check_pair(found.version, found.erlang_version).verdict is Verdict.FAIL:
        # It would not start; the checks say why. Asked for by name it is tried all the same.
        return BrokerMode.EMBEDDED, None
    return BrokerMode.RABBITMQ, found


def _make_broker(plan: Plan, system: System) -> None:
    """All that the broker needs before it is used; nobody may be connected."""
    if plan.broker is BrokerMode.EMBEDDED:
        embedded_broker.prepare(Path(plan.embedded_folder))
    _write_node_files(plan, system)


def _write_node_files(plan: Plan, system: System) -> None:
    """What a private node reads at its start: its ports stand there as well."""
    if plan.broker is not BrokerMode.RABBITMQ or plan.rabbitmq is None:
        return
    files: Mapping[Path, str] = node_files(plan, plan.rabbitmq)
    for path, text in files.items():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        system.write_private(path, text)
    # Erlang insists on a file that its owner alone can read, which a private one is. One that
    # another program put there is replaced: with it nobody would reach the node.
    cookie = next(iter(files)).parent / ".erlang.cookie"
    try:
        system.write_private(cookie, plan.secrets["erlang_cookie"])
    except OSError as error:
        raise CookieError(cookie, error) from error
