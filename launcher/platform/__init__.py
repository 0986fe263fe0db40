"""The only home of `sys.platform`: what the operating systems do differently."""

from __future__ import annotations

import sys

from launcher.platform.system import System

__all__ = ["System", "current"]


def current() -> System:
    """The layer of the system this runs on."""
    if sys.platform == "win32":
        from launcher.platform.windows.system import WindowsSystem  # noqa: PLC0415 - as below

        return WindowsSystem()
    else:  # noqa: RET505 - mypy reads the branch of the system it checks for
        from launcher.platform.posix import PosixSystem  # noqa: PLC0415 - for POSIX alone

        return PosixSystem()
