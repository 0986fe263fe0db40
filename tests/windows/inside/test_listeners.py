"""Who listens is told, with the process where the system names it."""

from __future__ import annotations

import ctypes
import os
import socket

from launcher.core.facts import Endpoint
from launcher.platform.listeners import listening
from launcher.runtime import port_choice

OURS = None if hasattr(ctypes.WinDLL("ntdll"), "wine_get_version") else os.getpid()
"""Wine 8 tells of listeners, not whose they are."""


def test_a_listener_of_ours_is_told_with_its_port_address_and_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        told = [entry for entry in listening() if entry[1] == port]
        assert told == [("127.0.0.1", port, OURS)]
    assert [entry for entry in listening() if entry[1] == port] == []


def test_a_listener_on_the_newer_protocol_is_told_too() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert ("::1", port, OURS) in list(listening())


def test_a_taken_port_is_moved_and_its_owner_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = port_choice.resolve({"django": Endpoint("127.0.0.1", port)})
        assert found["django"].port != port
        (notice,) = found.notices
        assert notice.owner.pid == OURS


def test_every_loopback_address_can_be_used() -> None:
    found = port_choice.resolve({"flower": Endpoint("127.0.0.6", 0)})
    assert found["flower"].address == "127.0.0.6"
    assert found.notices == ()
