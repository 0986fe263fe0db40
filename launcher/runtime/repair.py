"""How what this machine lacks is installed, and what the user is told to do about it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping

from launcher.core.checks import RABBITMQ_ERLANG_PAGE
from launcher.paths import program
from launcher.platform.packages import InstallOutcome, os_release, package_system

RABBITMQ_PAGE = "https://www.rabbitmq.com/docs/download"

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
    ),
}


def fix_command() -> str:
    """What the user types to have installed what is missing."""
    return f"{program()} doctor --fix"


def remedy(by_hand: str) -> str:
    """`fix_command` where this program can install packages, else what the user does by hand."""
    return by_hand if package_system() is None else fix_command()


def broker_remedy() -> str:
    """How RabbitMQ or Erlang gets onto this machine."""
    return remedy(
        f"Install RabbitMQ as {RABBITMQ_PAGE} says, with an Erlang from {RABBITMQ_ERLANG_PAGE}"
    )


def fix(groups: Iterable[str], say: Callable[[str], None]) -> InstallOutcome:
    """Install what the named groups lack; takes minutes. Progress goes to `say`.

    The system's own RabbitMQ service is not started by this, nor PostgreSQL's: the launcher and the
    tests run their own.
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
    return system.install(packages, say, quiet_services=("rabbitmq-server", "postgresql"))


def _system_name() -> str:
    return os_release().get("PRETTY_NAME", "") or platform.system() or "this system"
