"""Running Windows programs in one prefix, and ending all of it.

A Windows process in Wine is a Linux process with the same environment: what is left is counted
from Linux, where nothing of the product has a say.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.helpers.ports import free_port
from tests.helpers.processes import end
from tests.helpers.programs import ROOT, Line, Program
from tests.helpers.waiting import eventually
from tests.windows.kit import prefix as prefixes
from tests.windows.kit.parts import windows_python

_ITS_OWN = (
    *("wineserver", "services.exe", "winedevice.exe", "plugplay.exe", "svchost.exe", "rpcss.exe"),
    *("explorer.exe", "conhost.exe", "start.exe", "wineboot.exe"),
)
"""Wine's own processes, which stay for the next program."""


class Wine:
    """A fresh prefix in `folder`, with a wineserver of its own until the end of the block.

    Raises NotMeasured where Wine cannot be had.
    """

    def __init__(self, folder: Path) -> None:
        self.prefix = prefixes.fresh(folder / "prefix")
        self._wine = prefixes.program("wine64")
        self._server = prefixes.program("wineserver")

    @cached_property
    def python_folder(self) -> Path:
        """Where Windows' Python lies; it and the packages are fetched when first asked for.

        Raises NotMeasured.
        """
        return windows_python()

    @property
    def drive_c(self) -> Path:
        """The Linux folder of C:."""
        return self.prefix / "drive_c"

    def environment(self, **added: str) -> dict[str, str]:
        """What a program runs under; Wine drops QT_ variables, WINEQT_ ones pass."""
        return prefixes.environment(self.prefix) | {"PYTHONUTF8": "1"} | added

    def home(self, name: str, settings: str = "") -> str:
        """A folder of C: for the launcher's data, with the embedded broker and ports of its own.

        The ports are free ones, since the launchers of Linux and of Windows do not see what the
        other has claimed.
        """
        self.fill_home(self.drive_c / name, settings)
        return f"C:\\{name}"

    def fill_home(self, folder: Path, settings: str = "") -> None:
        """The same in a Linux folder that is not there yet."""
        folder.mkdir(parents=True)
        ports = (f"{service} = {free_port()}" for service in ("django", "flower", "catcher"))
        lines = ['broker = "embedded"', settings, "[ports]", *ports]
        (folder / "settings.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def python(self, *words: str) -> list[str]:
        """The command line of Windows' Python."""
        return self.command(windows_path(self.python_folder / "python.exe"), *words)

    def command(self, program: str, *words: str) -> list[str]:
        """The command line of any Windows program, named by its Windows path."""
        return [self._wine, program, *words]

    def program(
        self,
        *words: str,
        folder: Path = ROOT,
        on_line: Callable[[Line], None] | None = None,
        **added: str,
    ) -> Program:
        """Start Windows' Python with these arguments; read its output line by line."""
        under = self.environment(**added)
        return Program(self.python(*words), env=under, folder=folder, on_line=on_line)

    def run(
        self, *words: str, folder: Path = ROOT, timeout: float = 60, **added: str
    ) -> subprocess.CompletedProcess[str]:
        """Run Windows' Python to its end, and end it by force when it is late."""
        with self.program(*words, folder=folder, **added) as program:
            code = program.wait(timeout)
        return subprocess.CompletedProcess(
            words, code, _lines(program.text), _lines(program.error_text)
        )

    def processes(self) -> list[psutil.Process]:
        """The programs that run in this prefix, Wine's own excepted."""
        return [process for process in self._all() if not _is_wines_own(process)]

    def none_left(self, timeout: float) -> None:
        """Wait until no program runs. Raises TooLate, which names what is left."""
        eventually(lambda: not self.processes(), timeout, lambda: f"no process: {self.told()}")

    def told(self) -> str:
        """The command lines of what runs."""
        return "; ".join(" ".join(_words(process))[:160] for process in self.processes())

    def __enter__(self) -> Self:
        # It stays for all that follows: each program would otherwise start one, which takes longer
        # than the program. A pipe would be kept open by it, so it gets none.
        self._serve("-p")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.processes():
            end(process.pid, signal.SIGKILL)
        self._serve("-k")
        # Wine's own services do not always notice that their server has gone.
        for process in self._all():
            end(process.pid, signal.SIGKILL)
        eventually(lambda: not self._all(), 20, lambda: "the end of Wine's own processes")

    def _serve(self, option: str) -> None:
        subprocess.run(
            [self._server, option],
            env=self.environment(),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )

    def _all(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                ours = process.environ().get("WINEPREFIX") == str(self.prefix)
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found


def windows_path(path: Path) -> str:
    """The Windows name of a Linux path: Z: is the root of this machine."""
    return "Z:" + str(path).replace("/", "\\")


def _lines(text: str) -> str:
    """With the line ends of Linux."""
    return text.replace("\r", "")


def _words(process: psutil.Process) -> Sequence[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return ()


def _is_wines_own(process: psutil.Process) -> bool:
    """By the program's file as its command line says it: the kernel cuts names at 15 letters."""
    words = _words(process)
    return not words or any(name in words[0].lower() for name in _ITS_OWN)
