"""The registry: what installers wrote there, and what starts with the user's session.

Programs of 32 and of 64 bits see different parts of HKEY_LOCAL_MACHINE\\SOFTWARE; installers of
either kind are met, so both views are read.
https://learn.microsoft.com/windows/win32/winprog64/registry-redirector
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import contextlib
import winreg
from collections.abc import Iterator

_ROOTS = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}
_VIEWS = (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY)


def text(key: str, name: str = "") -> str | None:
    """The text kept under `name` ("" is the key's own) in `HKLM\\...` or `HKCU\\...`.

    The view of 64 bits goes first; None where neither holds text.
    """
    for handle in _opened(key):
        with contextlib.suppress(OSError):
            value, kind = winreg.QueryValueEx(handle, name)
            if kind in (winreg.REG_SZ, winreg.REG_EXPAND_SZ):
                return winreg.ExpandEnvironmentStrings(str(value))
    return None


def keys(key: str) -> list[str]:
    """The names of the keys below `key`, of both views, each once, in the order in which they are
    met; none where there is no such key."""
    found: dict[str, None] = {}
    for handle in _opened(key):
        for number in range(winreg.QueryInfoKey(handle)[0]):
            # One that goes while we read ends the list early, which is as good.
            with contextlib.suppress(OSError):
                found[winreg.EnumKey(handle, number)] = None
    return list(found)


def set_text(key: str, name: str, value: str) -> None:
    """Keep text; makes the key. Raises OSError."""
    root, path = _split(key)
    with winreg.CreateKeyEx(root, path, 0, winreg.KEY_WRITE) as handle:
        winreg.SetValueEx(handle, name, 0, winreg.REG_SZ, value)


def remove(key: str, name: str) -> None:
    """Take a value away; none is no error. Raises OSError."""
    root, path = _split(key)
    with (
        contextlib.suppress(FileNotFoundError),
        winreg.OpenKeyEx(root, path, 0, winreg.KEY_SET_VALUE) as handle,
    ):
        winreg.DeleteValue(handle, name)


def _opened(key: str) -> Iterator[winreg.HKEYType]:
    root, path = _split(key)
    for view in _VIEWS:
        # Not there, or not for us to read: nothing to be found.
        rights = winreg.KEY_READ | view
        with contextlib.suppress(OSError), winreg.OpenKeyEx(root, path, 0, rights) as handle:
            yield handle


def _split(key: str) -> tuple[int, str]:
    root, _, path = key.partition("\\")
    return _ROOTS[root], path
