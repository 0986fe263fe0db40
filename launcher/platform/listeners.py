"""Who listens on which TCP port, as the system tells it to this user."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil


def listening() -> Iterator[tuple[str, int, int | None]]:
    """Address, port and pid of every listener; None for a pid that the system keeps to itself."""
    if sys.platform == "win32":
        from launcher.platform.windows import listeners  # noqa: PLC0415 - for Windows alone

        for address, port, pid in listeners.listening():
            yield address, port, pid or None
        return
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr:
                yield connection.laddr.ip, connection.laddr.port, connection.pid
