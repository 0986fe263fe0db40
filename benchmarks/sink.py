"""A mail server that takes everything and keeps nothing: `python -m benchmarks.sink DELAY_MS`.

It offers what Postfix, Exim and Exchange offer, PIPELINING too; whoever can may use it.
Prints its port. The delay is between the final dot and its receipt, where real servers take their
time; what it does itself costs some ten microseconds a command.
"""

from __future__ import annotations

import asyncio
import sys

_ANSWERS = {
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"NOOP": b"250 2.0.0 ok\r\n",
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-SIZE\r\n250 8BITMIME\r\n",
    b"HELO": b"250 sink\r\n",
}
_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One conversation."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._buffer = bytearray()
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command and every whole message."""
        self._buffer += data
        while True:
            end = _END if self._in_data else b"\r\n"
            at = self._buffer.find(end)
            if at < 0:
                return
            line = bytes(self._buffer[:4]).upper()
            del self._buffer[: at + len(end)]
            if self._in_data:
                self._in_data = False
                self._receipt()
            elif line == b"DATA":
                # The end of a message that is empty needs the line end before its dot.
                self._buffer[:0] = b"\r\n"
                self._in_data = True
                self._transport.write(b"354 go on\r\n")
            elif line == b"QUIT":
                self._transport.write(b"221 2.0.0 bye\r\n")
                self._transport.close()
            else:
                self._transport.write(_ANSWERS.get(line, b"502 5.5.1 unknown\r\n"))

    def _receipt(self) -> None:
        taken = b"250 2.0.0 taken\r\n"
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, taken)
        else:
            self._transport.write(taken)


async def serve(delay: float) -> None:
    """Listen on a free port of loopback until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(delay), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000))
