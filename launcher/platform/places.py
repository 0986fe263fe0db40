"""Where this system keeps RabbitMQ and Erlang, as glob patterns in the order to look.

On Windows their installers write to the registry, which `launcher.runtime` asks.
"""

from __future__ import annotations

import sys
from pathlib import Path

_SERVERS = (
    "/usr/lib/rabbitmq/bin",
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
    "/home/linuxbrew/.linuxbrew/opt/rabbitmq/sbin",
    "/opt/rabbitmq/sbin",
    "/opt/rabbitmq_server-*/sbin",
    "/usr/local/lib/rabbitmq_server-*/sbin",
)
_ERLANGS = (
    "/usr/lib/erlang",
    "/usr/lib64/erlang",
    "/usr/local/lib/erlang",
    "/opt/homebrew/opt/erlang/lib/erlang",
    "/usr/local/opt/erlang/lib/erlang",
    "/home/linuxbrew/.linuxbrew/opt/erlang/lib/erlang",
    "/opt/erlang*",
    "~/.asdf/installs/erlang/*",
    "~/.local/share/mise/installs/erlang/*",
)

WINDOWS = sys.platform == "win32"
SERVERS: tuple[str, ...] = () if WINDOWS else _SERVERS
ERLANGS: tuple[str, ...] = () if WINDOWS else _ERLANGS


def long_path(path: Path) -> Path:
    r"""The path in the form in which Windows takes more than 259 characters, `\\?\C:\...`.

    https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
    """
    if not WINDOWS or str(path).startswith("\\\\"):
        return path
    return Path(f"\\\\?\\{path.absolute()}")
