"""Which RabbitMQ and which Erlang this machine has, and which of them go together.

Reads a few folders, and Windows' registry; starts nothing, since it happens at every start. Where
Windows keeps them is told in `launcher.runtime.installations_windows`. Whether versions fit is
`launcher.core.checks`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.core.checks import Verdict, check_pair, version_tuple
from launcher.core.facts import RabbitInstallation
from launcher.platform.places import ERLANGS, SERVERS, WINDOWS, Registry, registry
from launcher.runtime import installations_windows
from launcher.runtime.installations_windows import newest_first


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look. Patterns are globs, tried in order; among matches the newest comes first.

    `own` is the folder of what the launcher installed itself. `windows` is the kind of files that
    are looked for; `registry` reads that system's registry.
    """

    environment: Mapping[str, str]
    servers: tuple[str, ...] = SERVERS
    erlangs: tuple[str, ...] = ERLANGS
    own: Path | None = None
    windows: bool = WINDOWS
    registry: Registry | None = None

    @classmethod
    def here(cls, own: Path | None = None) -> Places:
        """Those of this machine."""
        return cls(os.environ, own=own, registry=registry())

    @property
    def erl(self) -> str:
        """The file name of Erlang's program."""
        return "erl.exe" if self.windows else "erl"

    @property
    def epmd(self) -> str:
        """The file name of Erlang's port mapper."""
        return "epmd.exe" if self.windows else "epmd"

    @property
    def script(self) -> str:
        """The file name of the script that runs RabbitMQ in the foreground."""
        return "rabbitmq-server.bat" if self.windows else "rabbitmq-server"


@dataclass(frozen=True, slots=True)
class Erlang:
    """An Erlang that was found; `version` is "" where its folder does not tell."""

    erl: str
    version: str
    epmd: str


@dataclass(frozen=True, slots=True)
class Server:
    """A RabbitMQ that was found, by the script that starts it in the foreground."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What would be used, and the Erlangs that were found beside it, in the order found."""

    server: Server | None
    erlang: Erlang | None
    others: tuple[Erlang, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the vendor's table allows the pair."""
        return (
            self.server is not None and self.erlang is not None and _fit(self.server, self.erlang)
        )

    @property
    def better(self) -> Erlang | None:
        """One of the others that fits where the chosen one does not, since ERLANG_HOME names it."""
        if self.server is None or self.fits:
            return None
        server = self.server
        return next((one for one in self.others if _fit(server, one)), None)


def find_rabbitmq(places: Places | None = None) -> RabbitInstallation | None:
    """The RabbitMQ to run and the Erlang to run it on; None when either is missing.

    Takes a few milliseconds.
    """
    places = places or Places.here()
    chosen = choose(places)
    server, erlang = chosen.server, chosen.erlang
    if server is None or erlang is None or not erlang.epmd:
        return None
    return RabbitInstallation(
        *(server.path, server.version, erlang.erl, erlang.version, erlang.epmd),
        path=_path_to(erlang, places),
    )


def choose(places: Places) -> Choice:
    """The first RabbitMQ with the first Erlang that the vendor's table allows for it.

    What RABBITMQ_HOME and ERLANG_HOME name is taken as it is. Where no pair fits, the first of
    each: it may be newer than the table.
    """
    servers, erlangs = list(_servers(places)), list(_erlangs(places))
    named = servers[:1] if servers and _is_named(servers[0], places) else servers
    usable = erlangs[:1] if is_erlang_home(_erlang_home(places), places) else erlangs
    for server in named:
        for erlang in usable:
            if _fit(server, erlang):
                return Choice(server, erlang, _others(erlangs, erlang))
    first = usable[0] if usable else None
    return Choice(servers[0] if servers else None, first, _others(erlangs, first))


def find_server(places: Places | None = None) -> Server | None:
    """The first RabbitMQ: RABBITMQ_HOME, then the usual folders, PATH, and our own."""
    return next(_servers(places or Places.here()), None)


def find_erlang(places: Places | None = None) -> Erlang | None:
    """The first Erlang: ERLANG_HOME, then PATH, the usual folders, and our own."""
    return next(_erlangs(places or Places.here()), None)


def _path_to(erlang: Erlang, places: Places) -> str:
    """PATH with this Erlang in front, where another one comes first; Windows' scripts need none."""
    search = places.environment.get("PATH", "")
    first = shutil.which(places.erl, path=search)
    if places.windows or (first and Path(first).resolve() == Path(erlang.erl).resolve()):
        return ""
    return os.pathsep.join([str(Path(erlang.erl).parent), search])


def _fit(server: Server, erlang: Erlang) -> bool:
    return check_pair(server.version, erlang.version).verdict is Verdict.OK


def _others(all_found: list[Erlang], used: Erlang | None) -> tuple[Erlang, ...]:
    return tuple(one for one in all_found if one != used)


# -- RabbitMQ ----------------------------------------------------------------------------------


def _servers(places: Places) -> Iterator[Server]:
    seen: set[Path] = set()
    for folder in _server_folders(places):
        script = folder / places.script
        if _is_plain_script(script) and (real := script.resolve()) not in seen:
            seen.add(real)
            yield Server(str(script), _server_version(script))


def _server_folders(places: Places) -> Iterator[Path]:
    yield from _named_server(places)
    if places.windows:
        for root in installations_windows.server_roots(places.environment, places.registry):
            yield root / "sbin"
    for pattern in places.servers:
        yield from newest_first(pattern)
    on_path = shutil.which(places.script, path=places.environment.get("PATH", ""))
    if on_path:
        yield Path(on_path).resolve().parent
    if places.own is not None:
        yield from newest_first(str(places.own / "rabbitmq_server-*" / "sbin"))


def _named_server(places: Places) -> list[Path]:
    home = places.environment.get("RABBITMQ_HOME", "")
    return [Path(home) / "sbin", Path(home) / "bin"] if home else []


def _is_named(server: Server, places: Places) -> bool:
    return Path(server.path).parent in _named_server(places)


def _is_plain_script(script: Path) -> bool:
    """Whether this is RabbitMQ's own script.

    Debian's /usr/sbin/rabbitmq-server is a wrapper that changes the user and does not pass SIGTERM
    on, so a stop would leave Erlang running. RabbitMQ's own has `rabbitmq-env` beside it.
    """
    if not os.access(script, os.X_OK):
        return False
    real = script.resolve()
    beside = real.name.replace("-server", "-env")
    return real.name == script.name and (real.parent / beside).exists()


def _server_version(script: Path) -> str:
    """From the folder's name, else from the plugin `rabbit-<version>`; "" when neither tells."""
    real = script.resolve()
    match = re.search(r"rabbitmq_server-(\d[^/\\]*)", str(real))
    if match:
        return match.group(1)
    for plugin in real.parent.parent.glob("plugins/rabbit-[0-9]*"):
        return plugin.name.removeprefix("rabbit-").removesuffix(".ez")
    return ""


# -- Erlang ------------------------------------------------------------------------------------


def _erlangs(places: Places) -> Iterator[Erlang]:
    search = places.environment.get("PATH", "")
    seen: set[Path] = set()
    for root in _erlang_roots(places, search):
        real = root.resolve()
        if real in seen or not is_erlang_home(str(root), places):
            continue
        seen.add(real)
        erl = str(root / "bin" / places.erl)
        yield Erlang(erl, _otp_version(root), _epmd(root, places.epmd, search))


def _erlang_roots(places: Places, search: str) -> Iterator[Path]:
    home = _erlang_home(places)
    if home:
        yield Path(home)
    on_path = shutil.which(places.erl, path=search)
    if on_path:
        yield Path(on_path).resolve().parent.parent
    if places.windows:
        yield from installations_windows.erlang_roots(places.environment, places.registry)
    for pattern in places.erlangs:
        yield from newest_first(pattern)
    if places.own is not None:
        yield from newest_first(str(places.own / "erlang-*"))


def _erlang_home(places: Places) -> str:
    return places.environment.get("ERLANG_HOME", "")


def is_erlang_home(home: str, places: Places) -> bool:
    """Whether there is an Erlang in the folder `home`; "" is none."""
    return bool(home) and os.access(Path(home) / "bin" / places.erl, os.X_OK)


def _otp_version(root: Path) -> str:
    """The newest that is installed there: an upgrade leaves the older releases' folders behind."""
    versions = []
    for file in root.glob("releases/*/OTP_VERSION"):
        try:
            versions.append(file.read_text(encoding="utf-8", errors="replace").strip())
        except OSError:
            # Not readable for this user: as good as not there.
            continue
    return max(versions, key=version_tuple, default="")


def _epmd(root: Path, name: str, search: str) -> str:
    candidates = [root / "bin" / name, *sorted(root.glob(f"erts-*/bin/{name}"), reverse=True)]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return str(candidate)
    return shutil.which(name, path=search) or ""
