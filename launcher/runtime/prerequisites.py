"""Every prerequisite, from Python to a display: the fact that was found, a verdict and a remedy.

Those of RabbitMQ and Erlang are `launcher.runtime.prerequisites_broker`; what is missing is
installed by `launcher.runtime.repair`.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from launcher.core.checks import CheckResult, Verdict
from launcher.core.facts import Notice, PortNotice
from launcher.platform.packages import LINUX, missing_libraries
from launcher.platform.places import too_long
from launcher.runtime.installations import Places
from launcher.runtime.prerequisites_broker import check_broker, check_windows_service
from launcher.runtime.repair import WINDOW, remedy
from launcher.settings import SettingsError

_SPACE_NEEDED = 500 * 1024 * 1024
"""Bytes: RabbitMQ blocks publishers when less than 50 MB are left, and logs and mails need room."""


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
    places = places or Places.here()
    results = [check_python()]
    results += check_broker(places)
    results.append(check_eventlet())
    if LINUX:
        results.append(check_setpriv(places))
    results += check_windows_service(places)
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
    advice = f"Make {folder} writable, or choose another folder with --home"
    existing = _nearest(folder)
    if not existing.is_dir():
        return CheckResult(name, Verdict.FAIL, f"{existing} is a file, not a folder", advice)
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        words = error.strerror or str(error)
        return CheckResult(name, Verdict.FAIL, f"{existing} cannot be written: {words}", advice)
    if too_long(folder):
        return CheckResult(
            name,
            Verdict.WARN,
            f"{folder} has {len(str(folder))} characters, and Windows' programs take 259 with all "
            "that stands below it, unless long paths are allowed",
            "Choose a shorter folder with --home",
        )
    return CheckResult(name, Verdict.OK, f"{folder} can be written")


def check_space(folder: Path) -> CheckResult:
    """Room on the disk of the data folder."""
    free = shutil.disk_usage(_nearest(folder)).free
    words = f"{free / 1024**3:.1f} GB free"
    if free < _SPACE_NEEDED:
        advice = "Free some space: RabbitMQ takes no messages when less than 50 MB are left"
        return CheckResult("Disk space", Verdict.WARN, f"only {words}", advice)
    return CheckResult("Disk space", Verdict.OK, words)


def _nearest(folder: Path) -> Path:
    """`folder`, or the first of its parents that exists."""
    for each in (folder, *folder.parents):
        # A parent that may not be entered raises, and is not where the answer lies.
        with suppress(OSError):
            if each.exists():
                return each
    return Path(folder.anchor)


def check_settings(errors: Iterable[SettingsError]) -> list[CheckResult]:
    """What is wrong in the settings file; the defaults take its place."""
    remedy = "Correct the line."
    return [CheckResult("Settings", Verdict.WARN, error.words, remedy) for error in errors]


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
    return CheckResult(
        name,
        Verdict.FAIL if has_display else Verdict.WARN,
        f"the window needs {', '.join(missing)}",
        remedy("Install the packages that bring them"),
        WINDOW,
    )
