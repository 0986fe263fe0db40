"""Which address and port every listener gets, before any service is described.

Owns the question "can this be bound?" and the search for another port. Asks the sockets rather than
a list of connections, since only a bind tells the truth for every user; the list of connections
then names the owner. A port that is lost between this choice and the service's own bind is found
by its probe, as CONFLICT.
"""

from __future__ import annotations

import errno
import secrets
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

import psutil

from launcher.core.facts import (
    AddressNotice,
    Endpoint,
    Endpoints,
    Notice,
    PortNotice,
    PortOwner,
)
from launcher.core.state import Problem
from launcher.platform.listeners import listening

LOOPBACK = "127.0.0.1"

UNKNOWN_OWNER = PortOwner(None, "another program")
RESERVED = PortOwner(None, "the system, which reserves it")

_NEARBY = 100
"""How many ports after the wanted one are tried: a neighbour is easier to remember."""

_ANYWHERE = range(20000, 32000)
"""Below the ports that Linux (32768), macOS and Windows (49152) give to outgoing connections, one
of which could otherwise take the port before the service does."""

_WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104  # compared with, never bound


class Listeners:
    """Who listens where, read once, when it is first asked: that takes 25 ms."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int, int | None]] | None = None

    def pids(self, addresses: Collection[str], port: int) -> list[int]:
        """The known pids of those who listen on `port` at one of `addresses`."""
        if self._found is None:
            self._found = list(listening())
        return [
            pid
            for address, held, pid in self._found
            if held == port and address in addresses and pid is not None
        ]


def resolve(
    wanted: Mapping[str, Endpoint],
    excluded: Collection[int] = (),
    listeners: Listeners | None = None,
) -> Endpoints:
    """Give every name the address and port it wanted, or the next that is free.

    A wanted port of 0 means any. `excluded` are ports that nobody may get: one that was just lost,
    or those of services that already run. A pinned port is never moved: where it is taken it is
    kept, and its notice is `blocked`. Raises OSError when the machine has no free port at all.
    """
    listeners = listeners or Listeners()
    notices: list[Notice] = []
    placed: dict[str, Endpoint] = {}
    for name, endpoint in wanted.items():
        address = _existing_address(endpoint.address)
        if address != endpoint.address:
            notices.append(AddressNotice(name, endpoint.address, address))
        placed[name] = replace(endpoint, address=address)

    reserved = {endpoint.port for endpoint in placed.values()}.union(excluded)
    given: dict[int, str] = {}
    chosen: dict[str, Endpoint] = {}
    # Pinned ones first: they cannot give way to the others.
    for name in sorted(placed, key=lambda each: not placed[each].pinned):
        endpoint = placed[name]
        owner = _obstacle(endpoint, given, excluded, listeners)
        if owner is not None and not endpoint.pinned:
            moved = replace(endpoint, port=_free_port(endpoint, reserved | given.keys()))
            if endpoint.port:
                notices.append(PortNotice(name, endpoint.port, moved.port, owner))
            endpoint = moved
        elif owner is not None:
            notices.append(PortNotice(name, endpoint.port, endpoint.port, owner))
        given.setdefault(endpoint.port, name)
        chosen[name] = endpoint
    return Endpoints({name: chosen[name] for name in wanted}, tuple(notices))


def is_free(endpoint: Endpoint) -> bool:
    """Whether a server could listen there now, and a client would reach it and nobody else."""
    return _refusal(endpoint) is None


def owner_of(endpoint: Endpoint, listeners: Listeners | None = None) -> PortOwner:
    """Who listens there. Systems hide this from ordinary users: then "another program"."""
    addresses = {endpoint.address, f"::ffff:{endpoint.address}", *_WILDCARDS}
    if endpoint.address == LOOPBACK:
        addresses.add("::1")
    for pid in (listeners or Listeners()).pids(addresses, endpoint.port):
        with suppress(psutil.Error, OSError):
            return PortOwner(pid, psutil.Process(pid).name())
        return PortOwner(pid, UNKNOWN_OWNER.name)
    return UNKNOWN_OWNER


def taken_by(owner: PortOwner, port: int, title: str) -> Problem:
    """That the service `title` cannot have its port, in words that name who has it."""
    return Problem(
        f"Port {port} is used by {owner.words}.",
        f"End {owner.words}, or choose another port for {title} in the settings.",
        mend="port",
    )


def _obstacle(
    endpoint: Endpoint,
    given: Mapping[int, str],
    excluded: Collection[int],
    listeners: Listeners,
) -> PortOwner | None:
    """Who stands in the way of `endpoint`, None when nobody does."""
    if endpoint.port == 0:
        return UNKNOWN_OWNER
    if endpoint.port in given:
        return PortOwner(None, f"our own {given[endpoint.port]}")
    refusal = _refusal(endpoint)
    if refusal in (errno.EACCES, errno.EPERM):
        # Ports below 1024, and on Windows the ranges that Hyper-V reserves.
        return RESERVED
    if refusal is not None or endpoint.port in excluded:
        return owner_of(endpoint, listeners)
    return None


def _free_port(endpoint: Endpoint, taken: Collection[int]) -> int:
    for port in _candidates(endpoint.port):
        if port not in taken and is_free(replace(endpoint, port=port)):
            return port
    raise OSError(errno.EADDRINUSE, f"no port is free on {endpoint.address}")


def _candidates(wanted: int) -> Iterator[int]:
    if wanted:
        yield from range(wanted + 1, min(wanted + 1 + _NEARBY, 65536))
    # From a random place on, so that two launchers that search at once rarely meet.
    start = secrets.randbelow(len(_ANYWHERE))
    yield from _ANYWHERE[start:]
    yield from _ANYWHERE[:start]


def _refusal(endpoint: Endpoint) -> int | None:
    """The error number with which the system refuses to listen there, None when it does not."""
    refused = _try_to_listen(endpoint.address, endpoint.port)
    if refused is not None:
        return refused
    if endpoint.address == LOOPBACK:
        # A browser that asks for "localhost" may try ::1 first: nobody else may answer there.
        refused = _try_to_listen("::1", endpoint.port)
        if refused == errno.EADDRINUSE:
            return refused
    if _answers(endpoint.address, endpoint.port):
        return errno.EADDRINUSE
    return None


def _try_to_listen(address: str, port: int) -> int | None:
    try:
        with _socket_for(address) as listener:
            exclusive: int | None = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
            if exclusive is not None:
                # On Windows SO_REUSEADDR would let us share a port that somebody listens on.
                listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
            else:
                # As every server does, so that connections in TIME_WAIT do not count.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(1)
    except OverflowError:
        return errno.EINVAL
    except OSError as error:
        return error.errno or errno.EADDRINUSE
    return None


def _answers(address: str, port: int) -> bool:
    """Whether somebody accepts there although it could be bound, as BSD's sockets allow.

    Where the bind test told the truth, nobody listens and nobody is disturbed by this.
    """
    if not port:
        return False
    try:
        with _socket_for(address) as client:
            client.settimeout(0.2)
            client.connect((address, port))
            # A connection within one machine may meet itself on an outgoing port.
            return bool(client.getsockname() != client.getpeername())
    except OSError:
        return False


def _existing_address(address: str) -> str:
    """`address`, or 127.0.0.1 where this machine does not have it (macOS has one loopback)."""
    missing = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL)
    return LOOPBACK if _try_to_listen(address, 0) in missing else address


def _socket_for(address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM)
