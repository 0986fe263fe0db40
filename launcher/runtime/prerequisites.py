"""What this machine has, from Python to a display, and how what it lacks is installed.

Owns where things are looked for. Whether versions go together is `launcher.core.checks`. Finding
RabbitMQ reads a few folders and starts nothing, since it happens at every start.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from launcher.core.checks import (
    RABBITMQ_ERLANG_PAGE,
    CheckResult,
    Verdict,
    check_pair,
    version_tuple,
)
from launcher.core.facts import Notice, PortNotice, RabbitInstallation
from launcher.paths import program
from launcher.platform.packages import (
    LINUX,
    InstallOutcome,
    missing_libraries,
    os_release,
    package_system,
)

RABBITMQ_PAGE = "https://www.rabbitmq.com/docs/download"


def fix_command() -> str:
    """What the user types to have installed what is missing."""
    return f"{program()} doctor --fix"


QT_PACKAGES = (
    "libegl1",
    "libgl1",
    "libxkbcommon-x11-0",
    "libdbus-1-3",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
    "libfontconfig1",
    "fonts-dejavu-core",
)
"""What Qt's xcb plugin loads, and fonts; see https://doc.qt.io/qt-6/linux-requirements.html."""

RABBITMQ, WINDOW, TESTS = "rabbitmq", "window", "tests"
"""Names of the groups that `fix` can install; `CheckResult.fix` is one of them."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    RABBITMQ: ("rabbitmq-server",),
    WINDOW: QT_PACKAGES,
    TESTS: ("rabbitmq-server", "xvfb", "xdotool", "chromium", "desktop-file-utils", *QT_PACKAGES),
}

_SPACE_NEEDED = 500 * 1024 * 1024
"""Bytes: RabbitMQ blocks publishers when less than 50 MB are left, and logs and mails need room."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look. Patterns are globs, tried in order; among matches the newest comes first."""

    environment: Mapping[str, str]
    servers: tuple[str, ...] = (
        "/usr/lib/rabbitmq/bin",
        "/opt/homebrew/opt/rabbitmq/sbin",
        "/usr/local/opt/rabbitmq/sbin",
        "/home/linuxbrew/.linuxbrew/opt/rabbitmq/sbin",
        "/opt/rabbitmq/sbin",
        "/opt/rabbitmq_server-*/sbin",
        "/usr/local/lib/rabbitmq_server-*/sbin",
    )
    erlangs: tuple[str, ...] = (
        "/usr/lib/erlang",
        "/usr/lib64/erlang",
        "/usr/local/lib/erlang",
        "/opt/homebrew/opt/erlang/lib/erlang",
        "/usr/local/opt/erlang/lib/erlang",
        "/home/linuxbrew/.linuxbrew/opt/erlang/lib/erlang",
        "/opt/erlang*",
        "~/.asdf/installs/erlang/*",
        "~/.local/share/mise/installs/erlang/*",
    )


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
    erlang = _fitting(server, places)
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


def _fitting(server: Server, places: Places) -> Erlang | None:
    found = list(_erlangs(places))
    if not found or _is_erlang_home(places.environment.get("ERLANG_HOME", "")):
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
        if real in seen or not _is_erlang_home(str(root)):
            continue
        seen.add(real)
        yield Erlang(str(root / "bin" / "erl"), _otp_version(root), _epmd(root, search))


def _is_erlang_home(home: str) -> bool:
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


# -- checks ------------------------------------------------------------------------------------


def check_all(
    data: Path | None = None,
    notices: Iterable[Notice] = (),
    *,
    thorough: bool = False,
    places: Places | None = None,
) -> list[CheckResult]:
    """Every prerequisite, in the order in which they matter.

    `data` is the folder that will hold everything; `notices` say which ports were taken.
    `thorough` also looks at the display and Qt's libraries, which starts a process.
    """
    places = places or Places(os.environ)
    results = [check_python()]
    results += check_broker(places)
    results.append(check_eventlet())
    if LINUX:
        results.append(check_setpriv(places))
    if data is not None:
        results += [check_folder(data), check_space(data)]
    results += [check_port(notice) for notice in notices]
    if thorough:
        results += [check_display(places), check_qt(places)]
    return results


def check_python() -> CheckResult:
    """The interpreter that the services run on."""
    version = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036 - a checkout can be started with any Python
        return CheckResult(
            "Python", Verdict.FAIL, f"Python {version} is too old", "Install Python 3.11 or newer"
        )
    return CheckResult("Python", Verdict.OK, f"Python {version} at {sys.executable}")


def check_broker(places: Places) -> list[CheckResult]:
    """Erlang, RabbitMQ, whether they go together, and the port mapper that Erlang brings."""
    server, installation = find_server(places), find_rabbitmq(places)
    erlang = _fitting(server, places) if server else find_erlang(places)
    results = [_check_erlang(erlang, places), _check_server(server)]
    if server and erlang:
        results.append(check_pair(server.version, erlang.version))
        if installation is None:
            results.append(
                CheckResult(
                    "epmd",
                    Verdict.WARN,
                    f"the Erlang at {erlang.erl} has no epmd, which RabbitMQ needs",
                    "Install Erlang anew; until then the embedded broker is used",
                )
            )
        else:
            results.append(CheckResult("epmd", Verdict.OK, installation.epmd))
    return results


def _check_erlang(erlang: Erlang | None, places: Places) -> CheckResult:
    home = places.environment.get("ERLANG_HOME", "")
    if home and not _is_erlang_home(home):
        return CheckResult(
            "Erlang",
            Verdict.WARN,
            f"ERLANG_HOME is {home}, where there is no bin/erl",
            "Correct or remove ERLANG_HOME",
        )
    if erlang is None:
        return CheckResult(
            "Erlang", Verdict.WARN, "not found; RabbitMQ needs it", _broker_remedy(), RABBITMQ
        )
    version = erlang.version or "of an unknown version"
    return CheckResult("Erlang", Verdict.OK, f"Erlang {version} at {erlang.erl}")


def _check_server(server: Server | None) -> CheckResult:
    if server is None:
        return CheckResult(
            "RabbitMQ",
            Verdict.WARN,
            "not found, so the embedded broker is used",
            _broker_remedy(),
            RABBITMQ,
        )
    version = server.version or "of an unknown version"
    return CheckResult("RabbitMQ", Verdict.OK, f"RabbitMQ {version} at {server.path}")


def _broker_remedy() -> str:
    if package_system() is not None:
        return fix_command()
    return f"Install RabbitMQ as {RABBITMQ_PAGE} says, with an Erlang from {RABBITMQ_ERLANG_PAGE}"


def check_eventlet() -> CheckResult:
    """The worker's default pool. It warns on import since 0.40.4, so it is shown for what it is."""
    try:
        version = metadata.version("eventlet")
    except metadata.PackageNotFoundError:
        return CheckResult(
            "eventlet",
            Verdict.FAIL,
            "not installed, and the worker's pool is eventlet",
            "Install the launcher anew, or set pool to threads",
        )
    return CheckResult(
        "eventlet",
        Verdict.OK,
        f"eventlet {version} (legacy: it gets bug fixes only; the pool threads is the alternative)",
    )


def check_setpriv(places: Places) -> CheckResult:
    """util-linux' setpriv ties the services to the launcher, so that they end with it."""
    found = shutil.which("setpriv", path=places.environment.get("PATH", ""))
    if found:
        return CheckResult("setpriv", Verdict.OK, found)
    return CheckResult(
        "setpriv",
        Verdict.WARN,
        "not found: if the launcher is killed, its services end a little later",
        "Install util-linux",
    )


def check_folder(folder: Path) -> CheckResult:
    """Whether data can be written there, tried by writing; the folder itself is not made."""
    name = "Data folder"
    remedy = f"Make {folder} writable, or choose another folder with --home"
    existing = _nearest(folder)
    if not existing.is_dir():
        return CheckResult(name, Verdict.FAIL, f"{existing} is a file, not a folder", remedy)
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        words = error.strerror or str(error)
        return CheckResult(name, Verdict.FAIL, f"{existing} cannot be written: {words}", remedy)
    return CheckResult(name, Verdict.OK, f"{folder} can be written")


def check_space(folder: Path) -> CheckResult:
    """Room on the disk of the data folder."""
    free = shutil.disk_usage(_nearest(folder)).free
    words = f"{free / 1024**3:.1f} GB free"
    if free < _SPACE_NEEDED:
        remedy = "Free some space: RabbitMQ takes no messages when less than 50 MB are left"
        return CheckResult("Disk space", Verdict.WARN, f"only {words}", remedy)
    return CheckResult("Disk space", Verdict.OK, words)


def _nearest(folder: Path) -> Path:
    """`folder`, or the first of its parents that exists."""
    for each in (folder, *folder.parents):
        # A parent that may not be entered raises, and is not where the answer lies.
        with suppress(OSError):
            if each.exists():
                return each
    return Path(folder.anchor)


def check_port(notice: Notice) -> CheckResult:
    """A port that was not free: a FAIL only where it was pinned, since others simply move."""
    if isinstance(notice, PortNotice):
        verdict = Verdict.FAIL if notice.blocked else Verdict.WARN
        return CheckResult("Port", verdict, notice.words, notice.remedy)
    return CheckResult("Address", Verdict.WARN, notice.words, notice.remedy)


def check_display(places: Places) -> CheckResult:
    """Whether a window can be shown at all."""
    if not LINUX:
        return CheckResult("Display", Verdict.OK, "part of this system")
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if value := places.environment.get(variable):
            return CheckResult("Display", Verdict.OK, f"{variable} is {value}")
    return CheckResult(
        "Display",
        Verdict.WARN,
        "none, so the launcher runs in the terminal",
        "Start it from a desktop to get the window",
    )


def check_qt(places: Places) -> CheckResult:
    """Whether Qt's xcb plugin finds its libraries; pip brings Qt, the system brings those."""
    name = "Qt libraries"
    spec = importlib.util.find_spec("PySide6")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        return CheckResult(name, Verdict.FAIL, "PySide6 is missing", "Install the launcher anew")
    missing = missing_libraries(Path(folders[0]) / "Qt/plugins/platforms/libqxcb.so")
    if not missing:
        return CheckResult(name, Verdict.OK, f"PySide6 {metadata.version('PySide6_Essentials')}")
    has_display = check_display(places).verdict is Verdict.OK
    system = package_system()
    remedy = fix_command() if system else "Install the packages that bring them"
    return CheckResult(
        name,
        Verdict.FAIL if has_display else Verdict.WARN,
        f"the window needs {', '.join(missing)}",
        remedy,
        WINDOW,
    )


# -- repair ------------------------------------------------------------------------------------


def fix(groups: Iterable[str], say: Callable[[str], None]) -> InstallOutcome:
    """Install what the named groups lack; takes minutes. Progress goes to `say`.

    The system's own RabbitMQ service is not started by this: the launcher runs its own node.
    """
    packages = [package for group in groups for package in GROUPS[group]]
    if not packages:
        return InstallOutcome(ok=True, words="nothing to install")
    system = package_system()
    if system is None:
        return InstallOutcome(
            ok=False,
            words=f"this program cannot install packages on {_system_name()}",
            remedy=f"Install RabbitMQ as {RABBITMQ_PAGE} says; until then the embedded broker "
            "is used",
        )
    return system.install(packages, say, quiet_services=GROUPS[RABBITMQ])


def _system_name() -> str:
    return os_release().get("PRETTY_NAME", "") or platform.system() or "this system"
