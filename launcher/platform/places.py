"""Where this system keeps RabbitMQ and Erlang, as glob patterns in the order to look.

On Windows their installers write to the registry, which is not read yet: nothing is found there.
"""

from __future__ import annotations

import sys

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

SERVERS: tuple[str, ...] = () if sys.platform == "win32" else _SERVERS
ERLANGS: tuple[str, ...] = () if sys.platform == "win32" else _ERLANGS
