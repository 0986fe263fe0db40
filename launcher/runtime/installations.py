"""Which RabbitMQ and which Erlang this machine has.

Owns where they are looked for. Reads a few folders and starts nothing, since it happens at every
start. Whether versions go together is `launcher.core.checks`.
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
from launcher.platform.places import ERLANGS, SERVERS


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look. Patterns are globs, tried in order; among matches the newest comes first."""

    environment: Mapping[str, str]
    servers: tuple[str, ...] = SERVERS
    erlangs: tuple[str, ...] = ERLANGS


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


def find_rabbitmq(places: Places | None = None) -> RabbitInstallation | None:
    """The RabbitMQ to run and the Erlang to run it on; None when either is missing.

    Of several Erlangs the first that the vendor's table allows is taken, unless ERLANG_HOME names
    one. Takes a few milliseconds.
    """
    places = places or Places(os.environ)
    server = find_server(places)
    if server is None:
        return None
    erlang = erlang_for(server, places)
    if erlang is None or not erlang.epmd:
        return None
    return RabbitInstallation(server.path, server.version, erlang.erl, erlang.version, erlang.epmd)


def find_server(places: Places | None = None) -> Server | None:
    """The first RabbitMQ: RABBITMQ_HOME, then the usual folders, then PATH."""
    places = places or Places(os.environ)
    return next(_servers(places), None)


def find_erlang(places: Places | None = None) -> Erlang | None:
    """The first Erlang: ERLANG_HOME, then PATH, then the usual folders."""
    places = places or Places(os.environ)
    return next(_erlangs(places), None)


def erlang_for(server: Server, places: Places) -> Erlang | None:
    """The Erlang that this RabbitMQ would run on; None when there is none at all."""
    found = list(_erlangs(places))
    if not found or is_erlang_home(places.environment.get("ERLANG_HOME", "")):
        return found[0] if found else None
    for erlang in found:
        if check_pair(server.version, erlang.version).verdict is Verdict.OK:
            return erlang
    return found[0]


# -- RabbitMQ ----------------------------------------------------------------------------------


def _servers(places: Places) -> Iterator[Server]:
    home = places.environment.get("RABBITMQ_HOME")
    folders = [Path(home) / "sbin", Path(home) / "bin"] if home else []
    for pattern in places.servers:
        folders += _newest_first(pattern)
    on_path = shutil.which("rabbitmq-server", path=places.environment.get("PATH", ""))
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        script = folder / "rabbitmq-server"
        if _is_plain_script(script):
            yield Server(str(script), _server_version(script))


def _is_plain_script(script: Path) -> bool:
    """Whether this is RabbitMQ's own script.

    Debian's /usr/sbin/rabbitmq-server is a wrapper that changes the user and does not pass SIGTERM
    on, so a stop would leave Erlang running. RabbitMQ's own has `rabbitmq-env` beside it.
    """
    if not os.access(script, os.X_OK):
        return False
    real = script.resolve()
    return real.name == "rabbitmq-server" and (real.parent / "rabbitmq-env").exists()


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
    home = places.environment.get("ERLANG_HOME", "")
    roots = [Path(home)] if home else []
    search = places.environment.get("PATH", "")
    on_path = shutil.which("erl", path=search)
    if on_path:
        roots.append(Path(on_path).resolve().parent.parent)
    for pattern in places.erlangs:
        roots += _newest_first(pattern)
    seen: set[Path] = set()
    for root in roots:
        real = root.resolve()
        if real in seen or not is_erlang_home(str(root)):
            continue
        seen.add(real)
        yield Erlang(str(root / "bin" / "erl"), _otp_version(root), _epmd(root, search))


def is_erlang_home(home: str) -> bool:
    """Whether there is an Erlang in the folder `home`; "" is none."""
    return bool(home) and os.access(Path(home) / "bin" / "erl", os.X_OK)


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


def _epmd(root: Path, search: str) -> str:
    candidates = [root / "bin" / "epmd", *sorted(root.glob("erts-*/bin/epmd"), reverse=True)]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return str(candidate)
    return shutil.which("epmd", path=search) or ""


def _newest_first(pattern: str) -> list[Path]:
    path = Path(pattern).expanduser()
    if "*" not in pattern:
        return [path]
    index = next(number for number, part in enumerate(path.parts) if "*" in part)
    found = Path(*path.parts[:index]).glob(str(Path(*path.parts[index:])))
    return sorted(found, key=lambda each: _numbers(str(each)), reverse=True)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))
