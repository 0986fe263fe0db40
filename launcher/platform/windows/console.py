"""Ctrl-C for one service: Windows' only polite word to a program of the terminal.

It goes to everybody on a console. Each service has an invisible one of its own (CREATE_NO_WINDOW),
and a process is on one console at a time, so a short-lived helper, `launcher interrupt PID`, leaves
its own, joins the service's and says it there.
https://learn.microsoft.com/windows/console/generateconsolectrlevent
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import contextlib
import subprocess
from ctypes import wintypes
from pathlib import Path

from launcher.platform.windows.native import failure, kernel

_CTRL_C_EVENT = 0
_HELPER_LIMIT = 10.0
"""Seconds; the helper takes a tenth of one."""
_PACKAGES = Path(__file__).resolve().parents[3]

_free_console = kernel("FreeConsole", wintypes.BOOL)
_attach_console = kernel("AttachConsole", wintypes.BOOL, wintypes.DWORD)
_set_handler = kernel("SetConsoleCtrlHandler", wintypes.BOOL, wintypes.LPVOID, wintypes.BOOL)
_generate = kernel("GenerateConsoleCtrlEvent", wintypes.BOOL, wintypes.DWORD, wintypes.DWORD)


def interrupt(pid: int) -> None:
    """Have the helper press Ctrl-C for the process and what it started. One that went is no error.

    Blocks for as long as a Python takes to start.
    """
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603 - our own program, and a number
            [console_python(), "-m", "launcher", "interrupt", str(pid)],
            check=False,
            cwd=_PACKAGES,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW,
            timeout=_HELPER_LIMIT,
        )


def main(pid: str) -> int:
    """The helper: press Ctrl-C on the console of `pid`. 1 where there is none any more."""
    _free_console()
    if not _attach_console(int(pid)):
        return 1
    # From here on we are on that console too, and must survive our own word.
    if not _set_handler(None, True) or not _generate(_CTRL_C_EVENT, 0):  # noqa: FBT003
        raise failure("Ctrl-C")
    return 0


def console_python() -> str:
    """The Python for children: `python.exe`, also where we run on `pythonw.exe`.

    The installed program runs Python in its own executable, and has Python's in a folder of it.
    """
    own = Path(sys.executable)
    if own.name.lower() != "python.exe":
        for folder in (own.parent, Path(sys.prefix)):
            if (folder / "python.exe").exists():
                return str(folder / "python.exe")
    return str(own)
