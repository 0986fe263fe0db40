"""The virtual host of a lab with a user of its own: made, removed, and found when left behind.

Both carry the lab's name, which begins with marks of home and machine: whoever was killed in the
middle finds what it left by that name at its next start. All is asked of the management API.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import socket
from dataclasses import dataclass, field

from launcher.runtime.management import Management, ManagementMissing

PREFIX = "celery-launcher-lab-"


@dataclass(frozen=True, slots=True)
class LabPlace:
    """`name` is both the virtual host's and the user's; the password is kept nowhere else."""

    name: str
    password: str = field(repr=False)


def make_place(management: Management, mark: str) -> LabPlace:
    """A new virtual host, a user who may do anything in it and nothing elsewhere, and its trace.

    Raises ManagementError, and leaves nothing behind then if RabbitMQ still answers.
    """
    place = LabPlace(_begin(mark) + secrets.token_hex(4), secrets.token_urlsafe(24))
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    try:
        management.put("vhosts", place.name, body={"description": "Exchange lab", "tracing": True})
        management.put("users", place.name, body={"password": place.password, "tags": ""})
        management.put("permissions", place.name, place.name, body=everything)
    except Exception:
        with contextlib.suppress(Exception):  # the first error is the one that matters
            remove_place(management, place.name)
        raise
    return place


def lessons_mark(mark: str) -> str:
    """The mark of the labs that the lessons of a home open, beside that of its Exchange lab.

    They sweep only their own: RabbitMQ tells after seconds that somebody is connected.
    """
    return f"{mark}-learn"


def remove_place(management: Management, name: str) -> None:
    """Remove a lab's virtual host and user; what is gone already is no error.

    Raises ManagementError.
    """
    with contextlib.suppress(ManagementMissing):
        # Some versions remember a trace by the name of its virtual host, beyond its end.
        management.put("vhosts", name, body={"tracing": False})
        management.delete("vhosts", name)
    with contextlib.suppress(ManagementMissing):
        management.delete("users", name)


def sweep(management: Management, mark: str) -> list[str]:
    """Remove the labs that this home left behind; returns their names. Raises ManagementError.

    One that somebody is connected to is left alone (RabbitMQ tells so after some seconds): two
    machines may have one name, homes of one name, and one broker.
    """
    begins = _begin(mark)
    found = {
        each["name"]
        for kind in ("vhosts", "users")
        for each in management.get(kind)
        if str(each.get("name", "")).startswith(begins)
    }
    removed = []
    for name in sorted(found):
        if not _in_use(management, name):
            remove_place(management, name)
            removed.append(name)
    return removed


def _begin(mark: str) -> str:
    machine = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
    return f"{PREFIX}{mark}-{machine}-"


def _in_use(management: Management, name: str) -> bool:
    try:
        return bool(management.get("vhosts", name, "connections"))
    except ManagementMissing:
        return False
