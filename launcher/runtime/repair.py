"""How what this machine lacks is installed, and what the user is told to do about it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from launcher.core.checks import RABBITMQ_ERLANG_PAGE
from launcher.paths import program
from launcher.platform.packages import InstallOutcome, os_release, package_system
from launcher.platform.places import WINDOWS
from launcher.runtime.parts import pins
from launcher.runtime.parts.install import install
from launcher.runtime.parts.shelf import Shelf
from launcher.runtime.parts.watching import PartError, Watch

RABBITMQ_PAGE = "https://www.rabbitmq.com/docs/download"
ANOTHER_WAY = "choco install rabbitmq"
"""It brings an Erlang as well: https://www.rabbitmq.com/docs/install-windows#chocolatey."""

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
    TESTS: (
        *("rabbitmq-server", "postgresql", "gcc", "libc6-dev"),
        *("xvfb", "xdotool", "chromium", "desktop-file-utils", *QT_PACKAGES),
        "wine64",  # tests/windows runs Windows' own Python in it
        "gnupg",  # signs what installer.fill_pins is tried with
        *("nsis", "osslsigncode"),  # the installer is packed and signed by them
    ),
}


def fix_command() -> str:
    """What the user types to have installed what is missing."""
    return f"{program()} doctor --fix"


def remedy(by_hand: str) -> str:
    """`fix_command` where this program can install packages, else what the user does by hand."""
    return by_hand if package_system() is None else fix_command()


def can_install_broker() -> bool:
    """Whether `fix` gets RabbitMQ and Erlang onto this machine."""
    return WINDOWS or package_system() is not None


def broker_remedy() -> str:
    """How RabbitMQ or Erlang gets onto this machine."""
    if can_install_broker():
        return fix_command()
    return f"Install RabbitMQ as {RABBITMQ_PAGE} says, with an Erlang from {RABBITMQ_ERLANG_PAGE}"


def fix(
    groups: Iterable[str],
    watch: Watch,
    programs: Path | None = None,
    source: Path | None = None,
) -> InstallOutcome:
    """Install what the named groups lack; takes minutes. Progress goes to `watch`.

    On Windows RabbitMQ and Erlang go into the folder `programs`, taken from the folder `source`
    where one is given. Elsewhere the system's packages are used; its own RabbitMQ service is not
    started by this, nor PostgreSQL's: the launcher and the tests run their own.
    """
    wanted = list(groups)
    if WINDOWS:
        return _on_windows(wanted, watch, programs, source)
    packages = [package for group in wanted for package in GROUPS[group]]
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
    return system.install(packages, watch.tell, quiet_services=("rabbitmq-server", "postgresql"))


def _on_windows(
    groups: Iterable[str], watch: Watch, programs: Path | None, source: Path | None
) -> InstallOutcome:
    if RABBITMQ not in groups:
        return InstallOutcome(ok=True, words="nothing to install")
    if programs is None:
        raise ValueError("it is not said into which folder")
    outcome = install(pins.shipped(), Shelf(programs), watch, source)
    if outcome.ok or outcome.cancelled:
        return outcome
    other = f"Or as administrator, in another way: {ANOTHER_WAY}"
    return replace(outcome, remedy=f"{outcome.remedy}. {other}".lstrip(". "), copied=ANOTHER_WAY)


def remove(programs: Path) -> InstallOutcome:
    """Remove what `fix` put into the folder `programs`, all versions, and begun downloads."""
    shelf = Shelf(programs)
    names = ", ".join(f"{one.name} {one.version}" for one in shelf.installed())
    try:
        shelf.remove_all()
    except PartError as error:
        return InstallOutcome(ok=False, words=str(error), remedy=error.remedy)
    return InstallOutcome(ok=True, words=f"removed {names or 'nothing: nothing was installed'}")


def _system_name() -> str:
    return os_release().get("PRETTY_NAME", "") or platform.system() or "this system"
