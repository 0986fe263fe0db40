"""Which ports the services get, tried on real sockets."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest

from launcher.core.facts import AddressNotice, Endpoint, PortNotice
from launcher.runtime import port_choice
from launcher.runtime.port_choice import is_free, owner_of, resolve


class Ports:
    """Listens where a test says, and knows ports that nobody uses."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack

    def listen(self, address: str = "127.0.0.1", port: int = 0, *, v6_only: bool = False) -> int:
        # Not the system's choice: that may be an outgoing port of somebody on another address.
        port = port or self.unused()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = self.stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if v6_only:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(5)
        return int(listener.getsockname()[1])

    def unused(self) -> int:
        return resolve({"any": Endpoint("127.0.0.1", 0)})["any"].port


@pytest.fixture
def ports() -> Iterator[Ports]:
    with ExitStack() as stack:
        yield Ports(stack)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")


def test_a_free_port_is_given_as_wanted(ports: Ports) -> None:
    wanted = {"django": Endpoint("127.0.0.1", ports.unused())}
    found = resolve(wanted)
    assert found.by_name == wanted
    assert found.notices == ()


def test_a_taken_port_moves_to_a_free_one_and_names_its_owner(ports: Ports) -> None:
    taken = ports.listen()
    found = resolve({"django": Endpoint("127.0.0.1", taken)})
    used = found["django"].port
    (notice,) = found.notices
    assert used != taken
    assert is_free(found["django"])
    assert isinstance(notice, PortNotice)
    assert (notice.service, notice.wanted, notice.used) == ("django", taken, used)
    assert notice.owner.pid == os.getpid()
    assert notice.owner.name == psutil.Process().name()
    assert not notice.blocked
    assert notice.remedy == ""
    assert f"Port {taken} is used by" in notice.words
    assert f"so django uses {used}." in notice.words


def test_the_neighbouring_port_is_tried_first(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = ports.listen()
    monkeypatch.setattr(port_choice, "is_free", lambda _endpoint: True)
    assert resolve({"django": Endpoint("127.0.0.1", taken)})["django"].port == taken + 1


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_a_listener_on_every_address_takes_the_port(ports: Ports, address: str) -> None:
    taken = ports.listen("0.0.0.0")
    found = resolve({"django": Endpoint(address, taken)})
    assert found["django"].port != taken
    assert isinstance(found.notices[0], PortNotice)
    assert found.notices[0].owner.pid == os.getpid()


@needs_ipv6
@pytest.mark.parametrize(("address", "v6_only"), [("::", True), ("::", False), ("::1", True)])
def test_a_listener_that_localhost_would_reach_by_ipv6_takes_the_port(
    ports: Ports, address: str, *, v6_only: bool
) -> None:
    taken = ports.listen(address, v6_only=v6_only)
    found = resolve({"django": Endpoint("127.0.0.1", taken)})
    assert found["django"].port != taken
    assert isinstance(found.notices[0], PortNotice)
    assert found.notices[0].owner.pid == os.getpid()


def test_a_listener_on_another_loopback_address_does_not_take_the_port(ports: Ports) -> None:
    port = ports.listen("127.0.0.6")
    assert resolve({"django": Endpoint("127.0.0.1", port)})["django"].port == port


def test_a_pinned_port_is_kept_and_its_owner_is_said(ports: Ports) -> None:
    taken = ports.listen()
    found = resolve({"django": Endpoint("127.0.0.1", taken, pinned=True)})
    (notice,) = found.notices
    assert found["django"].port == taken
    assert isinstance(notice, PortNotice)
    assert notice.blocked
    assert notice.owner.pid == os.getpid()
    assert "no other" in notice.words
    assert str(os.getpid()) in notice.remedy


def test_connections_in_time_wait_do_not_take_the_port(ports: Ports) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = ports.unused()
        listener.bind(("127.0.0.1", port))
        listener.listen(1)
        with socket.create_connection(("127.0.0.1", port)) as client:
            server, _ = listener.accept()
            server.close()  # the side that closes first keeps the connection in TIME_WAIT
            assert client.recv(1) == b""
    waiting = [c for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == port]
    assert waiting, "the test needs a connection that lingers"
    assert is_free(Endpoint("127.0.0.1", port))


def test_two_services_never_get_the_same_port(ports: Ports) -> None:
    taken = ports.listen()
    names = [f"service-{number}" for number in range(5)]
    found = resolve({name: Endpoint("127.0.0.1", taken) for name in names})
    assert len({found[name].port for name in names}) == 5
    assert len(found.notices) == 5


def test_nobody_moves_to_a_port_that_another_service_wants(ports: Ports) -> None:
    taken = ports.listen()
    neighbour = taken + 1
    if not is_free(Endpoint("127.0.0.1", neighbour)):
        pytest.skip("the neighbouring port is used by somebody else")
    found = resolve(
        {"django": Endpoint("127.0.0.1", taken), "flower": Endpoint("127.0.0.1", neighbour)}
    )
    assert found["flower"].port == neighbour
    assert found["django"].port not in (taken, neighbour)


def test_a_pinned_service_goes_before_one_that_can_move(ports: Ports) -> None:
    port = ports.unused()
    found = resolve(
        {"flower": Endpoint("127.0.0.1", port), "django": Endpoint("127.0.0.1", port, pinned=True)}
    )
    assert found["django"].port == port
    assert found["flower"].port != port
    (notice,) = found.notices
    assert "our own django" in notice.words
    assert tuple(found.by_name) == ("flower", "django")


def test_an_excluded_port_is_not_given_again(ports: Ports) -> None:
    port = ports.unused()
    found = resolve({"django": Endpoint("127.0.0.1", port)}, excluded={port, port + 1})
    assert found["django"].port not in (port, port + 1)


def test_port_zero_means_any_and_is_not_worth_a_word() -> None:
    found = resolve({"a": Endpoint("127.0.0.1", 0), "b": Endpoint("127.0.0.6", 0)})
    assert found["a"].port != found["b"].port
    assert 0 not in (found["a"].port, found["b"].port)
    assert found.notices == ()


def test_an_address_that_the_machine_lacks_falls_back_to_the_loopback() -> None:
    # 192.0.2.0/24 is reserved for documentation (RFC 5737), so no machine has it.
    found = resolve({"flower": Endpoint("192.0.2.6", 0)})
    assert found["flower"].address == "127.0.0.1"
    (notice,) = found.notices
    assert isinstance(notice, AddressNotice)
    assert notice.words == (
        "This machine has no address 192.0.2.6, so flower listens on 127.0.0.1."
    )


def test_the_tutorials_own_address_is_used_where_it_exists(ports: Ports) -> None:
    port = ports.unused()
    assert resolve({"flower": Endpoint("127.0.0.6", port)})["flower"].text == f"127.0.0.6:{port}"


@pytest.mark.parametrize("error", [psutil.AccessDenied(1), OSError(errno.EPERM, "no")])
def test_an_owner_that_the_system_hides_is_another_program(
    ports: Ports, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(kind: str) -> None:
        raise error

    taken = ports.listen()
    monkeypatch.setattr(psutil, "net_connections", refuse)
    owner = owner_of(Endpoint("127.0.0.1", taken))
    assert (owner.pid, owner.words) == (None, "another program")


def test_a_nameless_owner_is_still_told_by_its_pid(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int) -> None:
        raise psutil.NoSuchProcess(pid)

    taken = ports.listen()
    monkeypatch.setattr(psutil, "Process", refuse)
    assert owner_of(Endpoint("127.0.0.1", taken)).words == f"another program ({os.getpid()})"


def test_a_port_that_the_system_reserves_is_said_to_be_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = port_choice._try_to_listen

    def refuse_low_ports(address: str, port: int) -> int | None:
        return errno.EACCES if 0 < port < 1024 else real(address, port)

    monkeypatch.setattr(port_choice, "_try_to_listen", refuse_low_ports)
    found = resolve({"django": Endpoint("127.0.0.1", 80)})
    assert found["django"].port >= 1024
    assert "reserves it" in found.notices[0].words


def test_a_port_that_cannot_exist_moves_to_one_that_does() -> None:
    assert 0 < resolve({"django": Endpoint("127.0.0.1", 70000)})["django"].port < 65536


def test_no_free_port_at_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_choice, "is_free", lambda _endpoint: False)
    with pytest.raises(OSError, match="no port is free"):
        resolve({"django": Endpoint("127.0.0.1", 0)})
