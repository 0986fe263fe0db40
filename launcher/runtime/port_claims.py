"""Ports that a launcher of this user has chosen but whose service does not listen yet.

A broker binds its port seconds after it was chosen; without a word between them, two launchers that
start at the same time would choose the same one. The word is a lock file a port, dropped by the
system when its launcher ends.
"""

from __future__ import annotations

import contextlib
import getpass
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from launcher.core.facts import Endpoint, Endpoints
from launcher.platform.system import FileLock, System
from launcher.runtime.port_choice import Listeners, resolve

_TRIES = 50


class PortClaims:
    """The ports that this launcher claims, until `release`."""

    def __init__(self, system: System, folder: Path | None = None) -> None:
        self._system = system
        self._folder = folder or Path(tempfile.gettempdir()) / f"celery-launcher-{_user()}"
        self._locks: dict[int, FileLock] = {}

    def resolve(self, wanted: Mapping[str, Endpoint], excluded: Collection[int] = ()) -> Endpoints:
        """`port_choice.resolve`, past the ports that other launchers claim; claims the result.

        A pinned port is the user's word: it is used whoever claims it.
        """
        avoided, listeners = set(excluded), Listeners()
        for _ in range(_TRIES):
            found = resolve(wanted, avoided, listeners)
            refused = {
                endpoint.port
                for endpoint in found.by_name.values()
                if not self._claim(endpoint.port) and not endpoint.pinned
            }
            if not refused:
                return found
            avoided |= refused
        return found

    def release(self) -> None:
        """Let others choose these ports."""
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()

    def _claim(self, port: int) -> bool:
        if port in self._locks:
            return True
        # Where no lock file can be made there is no word between launchers, and a lost port is
        # found by the service's probe.
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            lock = self._system.lock(self._folder / f"{port}.lock")
            if lock is None:
                return False
            self._locks[port] = lock
        return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "user"
