"""A kombu connection to the broker of a run, RabbitMQ or the embedded one.

Owns how the URL becomes kombu's options. Whoever opens a connection closes it, with `let_go`.
kombu is imported when the first one is opened: it takes 7 MB.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

EMBEDDED = "filesystem://"
_POLL_SECONDS = 0.05


def open_connection(
    url: str, timeout: float, *, name: str = "celery-launcher", **options: Any
) -> Any:
    """A `kombu.Connection` that connects when it is first used.

    `timeout` in seconds holds for connecting, reading and writing, so that no call waits for a
    broker that hangs; `options` are further transport options of py-amqp. `name` is what the broker
    shows of it.
    """
    from kombu import Connection  # noqa: PLC0415 - 7 MB, when first needed

    if url.startswith(EMBEDDED):
        return Connection(EMBEDDED + "localhost", transport_options=_folders(url))
    if not urlsplit(url).scheme.startswith("amqp"):
        return Connection(url, connect_timeout=timeout)
    return Connection(
        url,
        connect_timeout=timeout,
        transport_options={
            "read_timeout": timeout,
            "write_timeout": timeout,
            "client_properties": {"connection_name": name},
            **options,
        },
    )


def open_channel(connection: Any) -> Any:
    """A channel; on the embedded broker one whose messages appear whole."""
    channel = connection.channel()
    if is_embedded(connection):
        channel._put = partial(_put_whole, channel)  # noqa: SLF001 - see there
    return channel


def is_embedded(connection: Any) -> bool:
    """Whether it leads to the embedded broker."""
    return bool(connection.transport.driver_type == "filesystem")


def let_go(connection: Any) -> None:
    """Close it without waiting for a broker that hangs; never raises."""
    with contextlib.suppress(Exception):
        connection.collect(socket_timeout=1)


def _folders(url: str) -> dict[str, Any]:
    """The folders of the bundled project: celerytutorial/broker.py."""
    folder = Path(url2pathname(urlsplit(url).path))
    return {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "polling_interval": _POLL_SECONDS,
    }


def _put_whole(channel: Any, queue: str, payload: object, **_: object) -> None:
    """Write a message of the embedded broker under another name, then rename it.

    kombu opens it under its final name and fills it later; a worker that took it in between read
    nothing, lost its control loop and answered no ping any more (celerytutorial/filesystem.py).
    """
    name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
    place = Path(channel.data_folder_out)
    written = place / f"{name}.part"
    written.write_text(json.dumps(payload), encoding="utf-8")
    written.replace(place / name)
