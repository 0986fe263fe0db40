"""Free ports, and programs of somebody else that hold them."""

from __future__ import annotations

import json
import secrets
import socket
import sys
from collections.abc import Iterable

from tests.helpers.programs import Program, environment

_SCRIPT = """
import json, socket, sys, threading, time
mode, held, kept = sys.argv[1], [], []
for text in sys.argv[2:]:
    host, _, port = text.rpartition(":")
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind((host, int(port)))
        s.listen(50)
        held.append(s)
    except OSError:
        pass
def serve(s):
    while True:
        c, _ = s.accept()
        kept.append(c)
        if mode == "http":
            try:
                c.settimeout(2)
                c.recv(4096)
                c.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello")
            except OSError:
                pass
            c.close()
for s in held:
    threading.Thread(target=serve, args=(s,), daemon=True).start()
print(json.dumps(["%s:%d" % s.getsockname() for s in held]), flush=True)
while True:  # holds its ports until it is ended
    time.sleep(60)
"""


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody listens on just now, outside those given to outgoing connections."""
    for port in range(21000 + secrets.randbelow(9000), 32000):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((address, port))
            except OSError:
                continue
            return port
    raise OSError("no free port")


class Foreign(Program):
    """A program that is not ours and listens where a service would like to.

    `mode` is "silent" (accepts and says nothing) or "http" (answers whoever asks). Addresses that
    are held already are left to whoever holds them; `held` says what it got.
    """

    def __init__(self, addresses: Iterable[str], mode: str = "silent") -> None:
        super().__init__([sys.executable, "-c", _SCRIPT, mode, *addresses], env=environment())
        self.held: list[str] = json.loads(self.wait_for("[", 10).text)
