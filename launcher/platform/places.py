"""Where this system keeps RabbitMQ and Erlang, as glob patterns in the order to look.

On Windows their installers write to the registry, which `launcher.runtime` asks.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

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


_MEANT_OTHERWISE = frozenset("^![]{}%&;") if WINDOWS else frozenset[str]()
"""By cmd.exe, whose batch files hand paths on, and by Erlang's wildcards."""
_LONGEST_ROOT = 110 if WINDOWS else 1000
"""Characters; what stands below it takes some 130 more, and Windows' programs 259 in all."""
SHARED: tuple[Path, ...] = (
    tuple(Path(os.environ[name]) for name in ("ProgramData", "PUBLIC") if os.environ.get(name))
    if WINDOWS
    else ()
)
"""Folders with plain names that every user of the machine has, where a user's own have none."""


def is_plain(folder: Path) -> bool:
    """Whether RabbitMQ and Erlang can work in this folder by its own name."""
    name = str(folder)
    return name.isascii() and not _MEANT_OTHERWISE & set(name) and not too_long(folder)


def too_long(folder: Path) -> bool:
    """Whether what stands below it may have names that this system's programs do not take.

    https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
    """
    return len(str(folder)) > _LONGEST_ROOT


class Registry(Protocol):
    """Reads Windows' registry, the views of 32 and of 64 bits at once."""

    def text(self, key: str, name: str = "") -> str | None:
        """The text under a name, "" for the key's own; None where there is none."""
        ...

    def keys(self, key: str) -> list[str]:
        """The names of the keys below; none where there is no such key."""
        ...


def registry() -> Registry | None:
    """This machine's; None where there is none."""
    if sys.platform != "win32":
        return None
    from launcher.platform.windows import registry as here  # noqa: PLC0415 - for Windows alone

    return here


def long_path(path: Path) -> Path:
    r"""The path in the form in which Windows takes more than 259 characters, `\\?\C:\...`.

    https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
    """
    if not WINDOWS or str(path).startswith("\\\\"):
        return path
    return Path(f"\\\\?\\{path.absolute()}")
