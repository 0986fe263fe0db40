"""`python -m tests.helpers.smtp --record FILE`: the server as a process, ordered over a socket.

Prints its ports as one JSON line. An order is a line of JSON on the control port, answered by one:
`script` (with `name`: for that recipient's mails), `hang_up`, `forget` (all scripts), `count`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from tests.helpers.smtp import certificates
from tests.helpers.smtp.script import Script
from tests.helpers.smtp.server import SmtpServer


async def serve(asked: argparse.Namespace) -> None:
    """Until it is ended."""
    tls = certificates.contexts(asked.certificates) if asked.certificates else None
    server = SmtpServer(
        record=asked.record, tls=tls, login=asked.login, keep=asked.keep, delay=asked.delay
    )
    await server.start(asked.port)

    async def ordered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(obey(server, json.loads(line))).encode() + b"\n")
            await writer.drain()
        writer.close()

    control = await asyncio.start_server(ordered, "127.0.0.1", 0, limit=2**24)
    ports = {
        "port": server.port,
        "tls_port": server.tls_port,
        "control": control.sockets[0].getsockname()[1],
    }
    print(json.dumps(ports), flush=True)
    await asyncio.Event().wait()


def obey(server: SmtpServer, order: dict[str, Any]) -> dict[str, Any]:
    """Do what one order says; the answer tells the counts."""
    match order["do"]:
        case "script":
            script = Script(order["script"])
            if order.get("name"):
                server.by_name[order["name"]] = script
            else:
                server.script = script
        case "forget":
            server.script = Script()
            server.by_name.clear()
        case "hang_up":
            server.hang_up()
        case "delay":
            server.delay = order["seconds"]
    return {
        "taken": server.taken,
        "connections": server.connections,
        "commands": len(server.commands),
    }


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.helpers.smtp", description=__doc__)
    parser.add_argument("--record", type=Path, help="one JSON line a mail taken, synced")
    parser.add_argument("--certificates", type=Path, help="the folder that `certificates` wrote")
    parser.add_argument("--login", action="store_true", help="offer AUTH")
    parser.add_argument("--keep", action="store_true", help="keep sources, in the record too")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before the last answer")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
