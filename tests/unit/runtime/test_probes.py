"""Probers against real sockets: who is meant, who is not, and who does not answer."""

from __future__ import annotations

import http.server
import json
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.core.events import ProbeOutcome
from launcher.core.spec import ProbeKind, ProbeSpec, ServiceSpec
from launcher.runtime.probes import make_prober, naming_the_owner

Serve = Callable[[Callable[[socket.socket], None]], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve each connection by a function; returns the port."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(answer: Callable[[socket.socket], None]) -> int:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                answer(self.request)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def web() -> Iterator[Callable[[int, object], int]]:
    """A web server that answers every GET the same; returns the port."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(status: int, body: object) -> int:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                wanted = "Basic bGF1bmNoZXI6c2VjcmV0"
                refused = self.path == "/api" and self.headers["Authorization"] != wanted
                raw = json.dumps(body).encode()
                self.send_response(401 if refused else status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def outcome(spec: ProbeSpec, secret: str = "secret") -> tuple[ProbeOutcome, str]:
    prober = make_prober(spec, lambda _: secret)
    try:
        answer = prober.probe()
        return answer.outcome, answer.detail
    finally:
        prober.close()


def identity(port: int) -> ProbeSpec:
    return ProbeSpec(
        ProbeKind.HTTP_IDENTITY, f"http://127.0.0.1:{port}/healthz", "run-1", timeout=0.5
    )


def test_our_own_web_process_is_ready(web: Callable[[int, object], int]) -> None:
    assert outcome(identity(web(200, {"run": "run-1"})))[0] is ProbeOutcome.READY


@pytest.mark.parametrize("body", [{"run": "another"}, {}, [], "hello"])
def test_a_web_process_of_somebody_else_is_a_conflict(
    web: Callable[[int, object], int], body: object
) -> None:
    assert outcome(identity(web(200, body)))[0] is ProbeOutcome.CONFLICT


def test_ours_without_its_database_is_not_ready_and_says_why(
    web: Callable[[int, object], int],
) -> None:
    found = outcome(identity(web(503, {"run": "run-1", "database": "disk is full"})))
    assert found == (ProbeOutcome.NOT_READY, "disk is full")


def test_a_failure_that_names_nobody_is_not_taken_for_another_program(
    web: Callable[[int, object], int],
) -> None:
    found = outcome(identity(web(500, "Server Error")))
    assert found == (ProbeOutcome.NOT_READY, "answers with status 500; its log says why")
    assert outcome(identity(web(503, {"run": "another"})))[0] is ProbeOutcome.CONFLICT


def test_a_closed_port_is_not_ready() -> None:
    assert outcome(identity(free_port())) == (ProbeOutcome.NOT_READY, "nobody listens there yet")


def test_one_who_accepts_and_stays_silent_is_not_ready(serve: Serve) -> None:
    silent = threading.Event()
    found = outcome(identity(serve(lambda _: silent.wait(5) and None)))
    silent.set()
    assert found == (ProbeOutcome.NOT_READY, "accepts, but does not answer")


def test_a_web_probe_recovers_after_its_kept_connection_was_closed(
    web: Callable[[int, object], int],
) -> None:
    prober = make_prober(identity(web(200, {"run": "run-1"})), lambda _: "")
    assert prober.probe().outcome is ProbeOutcome.READY
    prober._connection.sock.shutdown(socket.SHUT_RDWR)
    outcomes = {prober.probe().outcome for _ in range(2)}
    assert ProbeOutcome.READY in outcomes
    prober.close()


def test_a_login_page_that_knows_our_password_is_ours(web: Callable[[int, object], int]) -> None:
    spec = ProbeSpec(
        ProbeKind.HTTP_LOGIN, f"http://127.0.0.1:{web(200, {})}/api", user="launcher", secret="x"
    )
    assert outcome(spec)[0] is ProbeOutcome.READY
    assert outcome(spec, secret="wrong")[0] is ProbeOutcome.CONFLICT


def test_a_mail_server_is_ours_by_its_greeting(serve: Serve) -> None:
    def smtp(connection: socket.socket) -> None:
        connection.sendall(b"220 catcher run-1 ESMTP\r\n")
        connection.recv(100)
        connection.sendall(b"250-hello\r\n250 SIZE 1000\r\n")
        connection.recv(100)
        connection.sendall(b"221 bye\r\n")

    where = f"127.0.0.1:{serve(smtp)}"
    assert outcome(ProbeSpec(ProbeKind.SMTP_GREETING, where, "run-1"))[0] is ProbeOutcome.READY
    assert outcome(ProbeSpec(ProbeKind.SMTP_GREETING, where, "run-2"))[0] is ProbeOutcome.CONFLICT


def test_a_port_mapper_answers_with_its_own_port(serve: Serve) -> None:
    ports: list[int] = []

    def epmd(connection: socket.socket) -> None:
        assert connection.recv(3) == struct.pack("!HB", 1, 110)
        connection.sendall(struct.pack("!I", ports[0]))

    ports.append(serve(epmd))
    spec = ProbeSpec(ProbeKind.EPMD_NAMES, f"127.0.0.1:{ports[0]}")
    assert outcome(spec)[0] is ProbeOutcome.READY
    ports[0] += 1
    assert outcome(spec)[0] is ProbeOutcome.CONFLICT


def test_beat_is_ready_when_its_count_of_this_run_grows(tmp_path: Path) -> None:
    tick = tmp_path / "tick.json"
    prober = make_prober(ProbeSpec(ProbeKind.TICK_FILE, str(tick), "run-1"), lambda _: "")
    assert prober.probe().outcome is ProbeOutcome.NOT_READY
    tick.write_text('{"run": "an earlier one", "ticks": 900}')
    assert prober.probe().outcome is ProbeOutcome.NOT_READY
    tick.write_text('{"run": "run-1", "tic')
    assert prober.probe().outcome is ProbeOutcome.NOT_READY
    tick.write_text('{"run": "run-1", "ticks": 1}')
    assert prober.probe().outcome is ProbeOutcome.READY


def test_beat_that_stands_still_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick, now = tmp_path / "tick.json", [1000.0]
    monkeypatch.setattr("launcher.runtime.probes.plain.time.monotonic", lambda: now[0])
    prober = make_prober(ProbeSpec(ProbeKind.TICK_FILE, str(tick), "run-1"), lambda _: "")
    tick.write_text('{"run": "run-1", "ticks": 1}')
    assert prober.probe().outcome is ProbeOutcome.READY
    now[0] += 31
    assert prober.probe().outcome is ProbeOutcome.NOT_READY
    tick.write_text('{"run": "run-1", "ticks": 2}')
    assert prober.probe().outcome is ProbeOutcome.READY


def test_a_broker_that_is_not_there_or_hangs_is_not_ready(serve: Serve) -> None:
    def amqp(port: int) -> tuple[ProbeOutcome, str]:
        where = f"127.0.0.1:{port}"
        spec = ProbeSpec(ProbeKind.AMQP_LOGIN, where, user="u", secret="broker_url", timeout=0.3)
        return outcome(spec, secret=f"amqp://u:p@{where}/v")

    assert amqp(free_port()) == (ProbeOutcome.NOT_READY, "nobody listens there yet")
    silent = threading.Event()
    found = amqp(serve(lambda _: silent.wait(5) and None))
    silent.set()
    assert found[0] is ProbeOutcome.NOT_READY


def test_a_worker_is_not_asked_for_through_a_broker_that_is_not_there() -> None:
    spec = ProbeSpec(ProbeKind.WORKER_PING, identity="w@localhost", secret="u", timeout=0.3)
    found, words = outcome(spec, secret=f"amqp://u:p@127.0.0.1:{free_port()}/v")
    assert found is ProbeOutcome.NOT_READY
    assert words.startswith("the broker is not reached")


def test_a_conflict_names_the_program_that_holds_the_port(serve: Serve) -> None:
    port = serve(lambda connection: connection.sendall(b"220 somebody else\r\n"))
    spec = ServiceSpec(
        "catcher",
        "Mail catcher",
        address="127.0.0.1",
        port=port,
        probe=ProbeSpec(ProbeKind.SMTP_GREETING, f"127.0.0.1:{port}", "run-1"),
    )
    answer = naming_the_owner(make_prober(spec.probe, lambda _: ""), spec).probe()
    assert answer.problem is not None
    assert f"Port {port} is used by " in answer.problem.words
    assert "python" in answer.problem.words
