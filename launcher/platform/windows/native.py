"""The functions of Windows that this package calls, typed, and the handles they give.

Names and structures are those of Microsoft's documentation. Every failure is an OSError with the
system's own words.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import ctypes
from ctypes import wintypes
from typing import Any

INVALID_HANDLE = ctypes.c_void_p(-1).value

_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi = ctypes.WinDLL("advapi32", use_last_error=True)


def kernel(name: str, result: Any, *arguments: Any) -> Any:
    """A function of kernel32.dll with its prototype."""
    return _typed(_kernel, name, result, arguments)


def advapi(name: str, result: Any, *arguments: Any) -> Any:
    """A function of advapi32.dll with its prototype."""
    return _typed(_advapi, name, result, arguments)


def _typed(library: ctypes.WinDLL, name: str, result: Any, arguments: tuple[Any, ...]) -> Any:
    function = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    return function


def failure(what: str) -> OSError:
    """The error of the last call, as the system words it; `what` names what was tried."""
    code = ctypes.get_last_error()
    return OSError(None, f"{what}: {ctypes.FormatError(code).strip()}", None, code)


_close_handle = kernel("CloseHandle", wintypes.BOOL, wintypes.HANDLE)


class Handle:
    """A handle of the system that is closed once, with `close` or at the end of a block."""

    def __init__(self, value: int | None, what: str) -> None:
        if value is None or value in (0, INVALID_HANDLE):
            raise failure(what)
        self._value: int | None = value

    @property
    def value(self) -> int:
        """The number that the system's functions take."""
        if self._value is None:
            raise ValueError("the handle was closed")
        return self._value

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet."""
        return self._value is not None

    def close(self) -> None:
        """Give it back; a second call does nothing."""
        if self._value is not None:
            _close_handle(self._value)
            self._value = None

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
