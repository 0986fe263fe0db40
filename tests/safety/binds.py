"""S4: what of the run listens where others could reach it."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.helpers import processes
from tests.helpers.measuring import NotMeasured
from tests.helpers.stack import Stack
from tests.helpers.waiting import let_pass
from tests.safety.trying import Attempts

_LOOKS = 10
"""At most, two seconds apart: a name server that stays silent is asked again, for longer."""


def s4(stack: Stack) -> dict[str, Any]:
    """Every socket of every process of the run, and a connection to each from outside."""
    attempts = Attempts("S4")
    outside = _own_addresses()
    if not outside:
        raise NotMeasured(
            "this machine has no address but loopback to connect from",
            "run it on a machine with a network, or add an address to an interface",
        )
    members = _members(stack)
    owners = {process.pid for process in members}
    looks = [_sockets(members)]
    while len(looks) < 2 or (len(looks) < _LOOKS and _udp_outside(looks)):
        let_pass(2.0)
        looks.append(_sockets(members))
    seen, stayed = set.union(*looks), set.intersection(*looks)
    ports = {held.port for held in seen if held.kind == "tcp"}
    for held in sorted(seen):
        local = ipaddress.ip_address(held.address).is_loopback
        # Whoever looks up a name has a UDP socket for as long as the answer may take, which is
        # seconds in Erlang's resolver; one that serves somebody stays.
        passing = held.kind == "udp" and held not in stayed
        # Erlang asks for the machine's name by a socket that nobody ever reads.
        unread = held.kind == "udp" and not local and not passing and _nobody_reads(held.port)
        attempts.note(str(held), through=not local and not passing and not unread)
        kind = "passing" if passing else "unread" if unread else "sockets"
        attempts.count(f"{held.kind}_{kind}")
    _all_there(stack, ports)
    for port in sorted(ports):
        for address in outside:
            reached = _reached(address, port, owners)
            attempts.note(f"a connection to {port} at an outside address", through=reached)
            attempts.count("connections_tried")
    attempts.figures["processes"] = len(members)
    attempts.figures["ports"] = len(ports)
    return attempts.result()


@dataclass(frozen=True, order=True)
class _Held:
    """One socket that waits for whoever comes."""

    kind: str
    address: str
    port: int
    pid: int
    program: str

    def __str__(self) -> str:
        return f"{self.program} ({self.pid}) {self.kind} {self.address}:{self.port}"


def _sockets(members: list[psutil.Process]) -> set[_Held]:
    """TCP that listens and UDP that is not connected."""
    found = set()
    for process in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            for held in process.net_connections(kind="inet"):
                udp = held.type == socket.SOCK_DGRAM
                waits = not held.raddr if udp else held.status == psutil.CONN_LISTEN
                if waits and held.laddr:
                    kind = "udp" if udp else "tcp"
                    place = (held.laddr.ip, held.laddr.port)
                    found.add(_Held(kind, *place, process.pid, process.name()))
    return found


def _udp_outside(looks: list[set[_Held]]) -> bool:
    """Whether a UDP socket that others can reach was there at every look."""
    stayed = set.intersection(*looks)
    return any(
        held.kind == "udp" and not ipaddress.ip_address(held.address).is_loopback for held in stayed
    )


def _nobody_reads(port: int) -> bool:
    """Whether what is sent to a UDP socket stays in its queue, or the socket is gone by now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"is anybody there?", ("127.0.0.1", port))
    let_pass(1.0)
    for line in Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
        local, queues = line.split()[1], line.split()[4]
        if int(local.partition(":")[2], 16) == port:
            return int(queues.partition(":")[2], 16) > 0
    return True


def _members(stack: Stack) -> list[psutil.Process]:
    """The launcher itself, all below it, and whatever carries the run."""
    launcher = psutil.Process(stack.pid)
    found = {process.pid: process for process in processes.of_run(stack.run)}
    found |= {process.pid: process for process in (launcher, *launcher.children(recursive=True))}
    return list(found.values())


def _all_there(stack: Stack, ports: set[int]) -> None:
    """The scan must have seen every listener that is known, or it proves nothing."""
    known = {service["port"] for service in stack.services().values() if service["port"]}
    assert known <= ports, f"the scan did not see {known - ports}"
    if stack.status()["broker"] == "rabbitmq":
        # AMQP, dashboard, distribution and epmd; Django, Flower, catcher; the control channel.
        assert len(ports) >= 8, f"the scan saw only {ports}"


def _own_addresses() -> list[str]:
    """The machine's addresses that others can reach."""
    found = []
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family in (socket.AF_INET, socket.AF_INET6):
                address = ipaddress.ip_address(each.address.partition("%")[0])
                if not address.is_loopback and not address.is_link_local:
                    found.append(str(address))
    return found


def _reached(address: str, port: int, owners: set[int]) -> bool:
    """Whether somebody of the run accepts there; another program may hold the same number."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        with contextlib.suppress(OSError):
            client.connect((address, port))
            listening = psutil.net_connections(kind="tcp")
            return any(
                each.pid in owners and each.laddr.port == port
                for each in listening
                if each.status == "LISTEN" and each.laddr.ip in (address, "0.0.0.0", "::")
            )
    return False
