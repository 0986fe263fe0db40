"""The only home of `sys.platform`: what the operating systems do differently."""

from __future__ import annotations

import sys

from launcher.platform.system import System, UnsupportedSystemError

__all__ = ["System", "UnsupportedSystemError", "current"]


def current() -> System:
    """The layer of the system this runs on. Raises UnsupportedSystemError."""
    if sys.platform == "win32":
        raise UnsupportedSystemError(
            "Windows is not supported by this version yet: it cannot keep its promise there that "
            "no process is left behind. It runs on Linux and macOS."
        )
    from launcher.platform.posix import PosixSystem  # noqa: PLC0415 - fcntl exists on POSIX only

    return PosixSystem()
