"""A user's Windows in Wine: what can be seen of it from outside, and the hands that use it.

Windows are seen by the X server, processes by Linux, services by the launcher's control channel,
files and database on the disk, the registry by Wine's own `reg`.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from installer.executables import TERMINAL, WINDOW
from launcher.paths import DATABASE, Home
from launcher.runtime.control import NotRunningError, RequestError, request
from tests.helpers.programs import Program
from tests.windows.kit.wine import Wine

Pixels = tuple[int, ...]

_CAMERA = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(sys.argv)
image = app.primaryScreen().grabWindow(0).toImage()
image.save(sys.argv[1])
across, down = range(image.width() // 4, image.width() * 3 // 4, 4), range(0, image.height(), 4)
print(*(image.pixel(x, y) for x in across for y in down))
"""


_INBOX = "SELECT subject FROM send_mail_caughtmail"
_SYSTEMS_OWN = re.compile(
    # What Wine notes of a console and of the screen, and keys that every Windows has.
    r"\[HKEY_CURRENT_USER\\(Console|Software\\Wine\b|Software(\\Microsoft)?(\\Windows)?"
    r"(\\CurrentVersion(\\Uninstall|\\Run)?)?\])"
    # The folder for programs of a user, and the uninstaller's own copy, which Windows clears.
    r"|AppData/Local/Programs$|(.*/)?Temp/~nsu\w*\.tmp(/Un\w*\.exe)?$"
)
"""Traces that are not of the program: they may stay."""


class Machine:
    """One user of one Wine prefix, in front of one screen."""

    def __init__(self, wine: Wine, display: str) -> None:
        self.wine = wine
        self._display = display
        users = (wine.drive_c / "users").iterdir()
        (self.user,) = (user for user in users if user.name != "Public")
        local = self.user / "AppData" / "Local"
        self.home = Home(local / "celery-launcher")
        self.folder = local / "Programs" / "Celery Launcher"
        self.window_program = self.folder / WINDOW
        self.terminal_program = self.folder / TERMINAL
        self.on_desktop = self.user / "Desktop" / "Celery Launcher.lnk"
        menu = self.user / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs"
        self.in_menu = menu / "Celery Launcher.lnk"

    # -- what is seen ----------------------------------------------------------------------------

    def states(self) -> Mapping[str, str]:
        """The services' states by name; none while no launcher answers."""
        with suppress(NotRunningError, RequestError, OSError, ValueError):
            for answer in request(self.home, "status"):
                return {each["name"]: each["state"] for each in answer["services"]}
        return {}

    def all_ready(self) -> bool:
        """Whether a launcher runs and every service of it is ready."""
        states = self.states()
        return bool(states) and set(states.values()) <= {"ready", "done"}

    def first_mail(self) -> str:
        """The state of the first mail that was ever saved; "" while there is none."""
        with suppress(NotRunningError, RequestError, OSError, ValueError):
            for answer in request(self.home, "mail", id=1):
                return str(answer["state"])
        return ""

    def inbox(self) -> list[str]:
        """The subjects in the inbox, from the database of a launcher that was closed."""
        with closing(sqlite3.connect(self.home.data / DATABASE)) as database:
            return [subject for (subject,) in database.execute(_INBOX)]

    def window(self) -> str:
        """X's number of the launcher's window; "" while there is none."""
        return self._xdotool("search", "--onlyvisible", "--name", "Celery Launcher").partition(
            "\n"
        )[0]

    def traces(self) -> frozenset[str]:
        """Every file of the user, every key and value of the user's registry; no system's own."""
        files = {str(path.relative_to(self.user)) for path in self.user.rglob("*")}
        export = self.wine.drive_c / "user.reg"
        self.run("reg", "export", "HKCU", r"C:\user.reg", "/y", timeout=60)
        key = ""
        for line in export.read_text(encoding="utf-16").splitlines():
            key = line if line.startswith("[") else key
            files.add(f"{key} {line.partition('=')[0]}")
        export.unlink()
        return frozenset(trace for trace in files if not _SYSTEMS_OWN.match(trace))

    def picture(self, path: Path) -> Pixels:
        """Keep one of the whole screen; every fourth pixel of every fourth line of its middle."""
        done = subprocess.run(
            [sys.executable, "-c", _CAMERA, str(path)],
            env={"DISPLAY": self._display, "QT_QPA_PLATFORM": "xcb"},
            check=True,
            capture_output=True,
            timeout=60,
        )
        return tuple(map(int, done.stdout.split()))

    # -- hands -----------------------------------------------------------------------------------

    def keys(self, window: str, *keys: str) -> None:
        """Press them in the window, one after the other."""
        # Without a window manager nobody gives the keyboard to a window.
        self._xdotool("windowfocus", "--sync", window)
        for key in keys:
            self._xdotool("key", key)

    def run(self, program: str, *words: str, timeout: float) -> int:
        """Run a Windows program to its end; its exit code."""
        with self.program(program, *words) as started:
            return started.wait(timeout)

    @contextmanager
    def program(self, name: str, *words: str) -> Iterator[Program]:
        """Start a Windows program, and end it with the block."""
        environment = self.wine.environment(DISPLAY=self._display)
        command = self.wine.command(name, *words)
        with Program(command, env=environment, folder=self.wine.drive_c) as program:
            yield program

    def named(self, path: Path) -> str:
        """What a Windows program calls a file of this machine."""
        return "C:\\" + str(path.relative_to(self.wine.drive_c)).replace("/", "\\")

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env={"DISPLAY": self._display, "PATH": "/usr/bin:/bin"},
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout
