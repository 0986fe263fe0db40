"""Linux namespaces: a machine without RabbitMQ, a read-only folder, a network of one's own.

Each function returns the words to put before a command. Where the system does not let us (it needs
root), the test is skipped and says so.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.programs import Program, run


def hiding_rabbitmq() -> list[str]:
    """A machine on which no RabbitMQ is found."""
    places = [p for p in ("/usr/lib/rabbitmq", "/opt/rabbitmq") if Path(p).is_dir()]
    mounts = " && ".join(f"mount -t tmpfs none {place}" for place in places) or "true"
    return _mounted(mounts)


def read_only(folder: Path) -> list[str]:
    """`folder` on a file system that nobody may write to, root included."""
    return _mounted(f"mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}'")


@contextlib.contextmanager
def own_network() -> Iterator[list[str]]:
    """A network with nothing but loopback, on which every port is free."""
    _need("-n", "ip link set lo up")
    script = "ip link set lo up && echo up && exec sleep 600"
    with Program(["unshare", "-n", "sh", "-c", script]) as holder:
        holder.wait_for("up", 10)
        yield ["nsenter", "-t", str(holder.pid), "-n", "--"]


def _mounted(script: str) -> list[str]:
    _need("-m", script)
    return ["unshare", "-m", "sh", "-c", f'{script} && exec "$@"', "sh"]


def _need(kind: str, script: str) -> None:
    if shutil.which("unshare") is None or run(["unshare", kind, "sh", "-c", script]).returncode:
        pytest.skip("this system does not let us make a namespace (root on Linux can)")
