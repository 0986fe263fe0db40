"""A publisher on loopback: serves archives and release listings over https, and misbehaves.

`Publisher` answers on two ports, https and plain http. What it does wrong is set by its fields.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import io
import json
import socket
import ssl
import stat
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from launcher.core.parts import Part
from tests.helpers.smtp import certificates

ERLANG_FILES: Mapping[str, bytes] = {
    "bin/erl.exe": b"MZ a stand-in for erl" * 4000,
    "bin/erl.ini": b"[erlang]\nBindir=D:\\\\a\\\\otp\n",
    "erts-15.2.7/bin/epmd.exe": b"MZ a stand-in for epmd",
    "erts-15.2.7/bin/erl.ini": b"[erlang]\n",
    "releases/27/OTP_VERSION": b"27.3.4.17\n",
    "lib/stdlib-6.2/ebin/lists.beam": b"beam" * 500,
}
_TOP = "rabbitmq_server-4.3.5"
RABBITMQ_FILES: Mapping[str, bytes] = {
    f"{_TOP}/sbin/{name}": b"@echo off\r\n" * 50
    for name in ("rabbitmq-server.bat", "rabbitmq-env.bat", "rabbitmqctl.bat")
} | {f"{_TOP}/plugins/rabbit-4.3.5/ebin/rabbit.app": b"{application, rabbit, []}." * 40}


def zipped(files: Mapping[str, bytes], **more: bytes) -> bytes:
    """An archive of these files; `more` is added by name, also where the name is there already."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*files.items(), *more.items()]:
            entry = zipfile.ZipInfo(name)
            # ZipInfo cuts at a NUL and heeds this system's separators; an attacker does not.
            entry.filename = entry.orig_filename = name
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return held.getvalue()


@dataclass
class Ways:
    """What the publisher does; as it stands, nothing wrong."""

    drop_after: int = 0
    """Bytes of a body after which the connection is cut, once."""
    no_range: bool = False
    redirect_to_http: bool = False
    redirect_here: bool = False
    """The archive is behind a redirect, as it is on GitHub."""
    length: int | None = None
    """What Content-Length says instead of the truth."""
    status: int = 0
    slow: bool = False
    """Stops in the middle of a body until `go_on` is set."""
    go_on: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)


class Publisher:
    """Serves `files` by path until the end of the block. `asked` are the requests so far.

    Its plain port is a proxy, too; `tunnels` says where to.
    """

    def __init__(self, folder: Path) -> None:
        self.authority = certificates.make(folder)
        self.files: dict[str, bytes] = {}
        self.ways = Ways()
        self.asked: list[tuple[str, str]] = []
        self.tunnels: list[str] = []
        publisher = self

        class Handler(_Handler):
            owner = publisher

        self._https = _Server(("127.0.0.1", 0), Handler)
        self._http = _Server(("127.0.0.1", 0), Handler)
        self._https.socket = certificates.contexts(folder)["good"].wrap_socket(
            self._https.socket, server_side=True, do_handshake_on_connect=False
        )
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            for server in (self._https, self._http)
        ]

    @property
    def address(self) -> str:
        """`https://localhost:PORT`."""
        return f"https://localhost:{self._https.server_address[1]}"

    @property
    def plain_address(self) -> str:
        """`http://localhost:PORT`."""
        return f"http://localhost:{self._http.server_address[1]}"

    def parts(self, *, pinned: bool = True, **changes: Any) -> tuple[Part, Part]:
        """Erlang and RabbitMQ as it serves them, made and listed."""
        return (
            self.part("erlang", "27.3.4.17", ERLANG_FILES, pinned=pinned, **changes),
            self.part("rabbitmq", "4.3.5", RABBITMQ_FILES, pinned=pinned, **changes),
        )

    def part(
        self,
        name: str,
        version: str,
        files: Mapping[str, bytes] | bytes,
        *,
        pinned: bool = True,
        **changes: Any,
    ) -> Part:
        """One part of these files, served and listed."""
        data = files if isinstance(files, bytes) else zipped(files)
        path = f"/releases/{name}-{version}.zip"
        self.files[path] = data
        made = {
            "name": name,
            "title": {"erlang": "Erlang", "rabbitmq": "RabbitMQ"}[name],
            "version": version,
            "address": self.address + path,
            "address_record": "made by a test",
            "listing": f"{self.address}/listing/{name}",
            "folder": f"{'rabbitmq_server' if name == 'rabbitmq' else name}-{version}",
            "top": _TOP if name == "rabbitmq" else "",
            "needs": ("bin/erl.exe",) if name == "erlang" else ("sbin/rabbitmq-server.bat",),
        }
        if pinned:
            made |= {
                "sha256": hashlib.sha256(data).hexdigest(),
                "sha256_record": "made by a test",
                "size": len(data),
                "size_record": "made by a test",
            }
        part = Part(**{**made, **changes})
        self.list(part, data)
        return part

    def list(self, part: Part, data: bytes, **asset: Any) -> None:
        """Put the part on its release listing, as GitHub writes one."""
        listed = {
            "name": part.file,
            "browser_download_url": part.address,
            "size": len(data),
            "digest": f"sha256:{hashlib.sha256(data).hexdigest()}",
        }
        self.files[f"/listing/{part.name}"] = json.dumps({"assets": [{**listed, **asset}]}).encode()

    def ranges(self) -> list[str]:
        """The Range headers of the requests for archives, "" where there was none."""
        return [asked for path, asked in self.asked if path.endswith(".zip")]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ways.go_on.set()
        for server, thread in zip((self._https, self._http), self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


_LOGIN = base64.b64encode(b"name:secret").decode()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up, or trusts no certificate of ours, is part of the tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    owner: Publisher
    timeout = 20

    def setup(self) -> None:
        if isinstance(self.request, ssl.SSLSocket):
            # Here, in a thread of its own: who never says a word must not hold up the others.
            self.request.settimeout(self.timeout)
            self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        ways, path = self.owner.ways, self.path.removeprefix("/behind")
        self.owner.asked.append((path, self.headers.get("Range", "")))
        data = self.owner.files.get(path)
        if data is None:
            self.send_error(404)
        elif not path.endswith(".zip"):
            self._send(200, data, {})
        elif ways.status:
            self.send_error(ways.status)
        elif ways.redirect_to_http:
            self._send(302, b"", {"Location": self.owner.plain_address + path})
        elif ways.redirect_here and path == self.path:
            self._send(302, b"", {"Location": f"{self.owner.address}/behind{path}"})
        else:
            self._send_archive(data)

    def do_CONNECT(self) -> None:
        """Be a proxy: with the login `name:secret`, carry bytes to whom was asked for."""
        self.owner.tunnels.append(self.path)
        if self.headers.get("Proxy-Authorization") != f"Basic {_LOGIN}":
            self.send_error(407)
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_carry, args=(there, self.connection), daemon=True)
            back.start()
            _carry(self.connection, there)
            back.join(20)
        self.close_connection = True

    def _send_archive(self, data: bytes) -> None:
        begin = 0
        asked = self.headers.get("Range", "")
        if asked and not self.owner.ways.no_range:
            begin = int(asked.removeprefix("bytes=").partition("-")[0])
        if begin >= len(data) > 0:
            self._send(416, b"", {})
            return
        told = {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"} if begin else {}
        self._send(206 if begin else 200, data[begin:], told)

    def _send(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        ways = self.owner.ways
        self.send_response(status)
        length = len(data) if ways.length is None or status >= 300 else ways.length
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        archive = self.path.endswith(".zip") and status < 300
        if archive and ways.drop_after:
            data, ways.drop_after = data[: ways.drop_after], 0
            self.close_connection = True
        if archive and ways.slow:
            half = len(data) // 2
            self.wfile.write(data[:half])
            self.wfile.flush()
            ways.reached.set()
            ways.go_on.wait(20)
            data = data[half:]
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True  # it was cancelled, or refused what came

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


BAD_NAMES = (
    "../evil.txt",
    "bin/../../evil.txt",
    "/etc/evil.txt",
    "..\\evil.txt",
    "C:\\evil.txt",
    "C:evil.txt",
    "\\\\server\\share\\evil.txt",
    "bin/CON",
    "nul.tar.gz",
    "COM¹.txt",
    "lpt1 .log",
    "a:stream",
    "trail. ",
    "trail.",
    "bin//evil.txt",
    "./evil.txt",
    "evil\x00.txt",
    "evil\n.txt",
    "what?.txt",
    "deep/" * 60 + "evil.txt",
)
"""Members that must never become files on Windows, each alone enough to refuse the archive."""


def _linked() -> bytes:
    held = io.BytesIO(zipped(ERLANG_FILES))
    with zipfile.ZipFile(held, "a") as file:
        entry = zipfile.ZipInfo("bin/link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(entry, "/etc/passwd")
    return held.getvalue()


_WITHOUT_ERL = {name: data for name, data in ERLANG_FILES.items() if name != "bin/erl.exe"}

BAD_ARCHIVES: tuple[tuple[bytes, str], ...] = (
    (b"<html>not an archive</html>" * 100, "damaged"),
    (zipped(ERLANG_FILES)[:-30], "damaged"),
    (zipped(_WITHOUT_ERL), "no bin/erl.exe"),
    (zipped({**ERLANG_FILES, "releases/27/OTP_VERSION": b"26.0"}), "it is Erlang 26.0"),
    (zipped(ERLANG_FILES, **{"BIN/ERL.EXE": b"another"}), "twice"),
    (zipped({**ERLANG_FILES, "big": bytes(50_000_000)}), "would take"),
    (_linked(), "a link or a device"),
)
"""Archives with the right digest that are not Erlang all the same, and what is said of each."""


@dataclass(frozen=True)
class Wrong:
    """Something that a publisher, or somebody between, does wrong, and words of the refusal."""

    how: str
    words: str
    pinned: bool = True

    def __str__(self) -> str:
        return self.how if self.pinned else f"{self.how}, no pin"

    def done_by(self, publisher: Publisher, part: Part) -> None:
        """Have the publisher do it to this part."""
        path = f"/releases/{part.file}"
        data = publisher.files[path]
        middle = len(data) // 2
        match self.how:
            case "flipped":
                flipped = bytes([data[middle] ^ 1])
                publisher.files[path] = data[:middle] + flipped + data[middle + 1 :]
            case "truncated":
                publisher.files[path] = data[:middle]
            case "longer":
                publisher.files[path] = data + b"x"
            case "gone":
                del publisher.files[path]
            case "to http":
                publisher.ways.redirect_to_http = True
            case "broken":
                publisher.ways.status = 503
            case "limited":
                publisher.ways.status = 403
            case "promises more":
                publisher.ways.length = len(data) + 1
            case "unlisted":
                publisher.files[f"/listing/{part.name}"] = b'{"assets": []}'
            case "no digest":
                publisher.list(part, data, digest=None)
            case "sha1":
                publisher.list(part, data, digest="sha1:" + "0" * 40)
            case "listed wrongly":
                publisher.list(part, data, digest="sha256:" + "0" * 64)
            case "no json":
                publisher.files[f"/listing/{part.name}"] = b"<html>"
            case "no object":
                publisher.files[f"/listing/{part.name}"] = b"[1, 2]"
            case _:
                raise AssertionError(self.how)


WRONGS = (
    Wrong("flipped", "not the file that it should be"),
    Wrong("truncated", "instead of"),
    Wrong("longer", "instead of"),
    Wrong("gone", "no longer has"),
    Wrong("to http", "not encrypted"),
    Wrong("broken", "answered 503"),
    Wrong("limited", "no more questions"),
    Wrong("promises more", "instead of"),
    Wrong("unlisted", "does not have erlang", pinned=False),
    Wrong("no digest", "tells no SHA-256", pinned=False),
    Wrong("sha1", "tells no SHA-256", pinned=False),
    Wrong("listed wrongly", "not the file that it should be", pinned=False),
    Wrong("no json", "cannot be read", pinned=False),
    Wrong("no object", "does not have erlang", pinned=False),
    Wrong("flipped", "not the file that it should be", pinned=False),
    Wrong("truncated", "instead of", pinned=False),
)
