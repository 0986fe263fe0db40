"""How the embedded broker is built and what waits in it: read from its files, left as they are.

A message is a file of its own while it waits and is gone when somebody took it
(kombu's filesystem transport; celerytutorial/filesystem.py).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from launcher.core.flow_content import Content, content, task_id
from launcher.core.flow_topology import Binding, QueueNumbers, Topology, internal

_MOST_READ = 50
"""Messages that are read at one look."""
_LARGEST = 1_000_000


def embedded_topology(connection: Any) -> Topology:
    """Exchanges and queues, from the files that say who is bound to what."""
    folder = Path(connection.transport_options["control_folder"])
    bindings = []
    for path in sorted(folder.glob("*.exchange")):
        exchange = path.name.removesuffix(".exchange")
        for row in _json(path):
            key, _, queue = (*(str(word) for word in row), "", "", "")[:3]
            if queue and not internal(queue):
                bindings.append(Binding(exchange, queue, key))
    names = list(dict.fromkeys(binding.queue for binding in bindings))
    kinds = tuple((name, "direct") for name in dict.fromkeys(b.exchange for b in bindings))
    queues = tuple(QueueNumbers(name) for name in names)
    return Topology(queues, tuple(bindings), kinds, len(names))


def embedded_contents(connection: Any, mask: Callable[[str], str]) -> Mapping[str, Content]:
    """The contents of the messages that wait, the oldest first, by the task's id."""
    found: dict[str, Content] = {}
    folder = Path(connection.transport_options["data_folder_in"])
    for path in sorted(folder.glob("*.msg")):
        queue = path.name.partition(".")[2].removesuffix(".msg")
        if internal(queue):
            continue
        given = _json(path)
        if isinstance(given, dict):
            name, read = _read(given)
            if name:
                found[name] = masked(read, mask)
        if len(found) == _MOST_READ:
            break
    return found


def masked(read: Content, mask: Callable[[str], str]) -> Content:
    """The same without secrets."""
    pairs = (mask(f"{name}={words}").partition("=") for name, words in read.headers)
    return Content(tuple((name, words) for name, _, words in pairs), mask(read.body), read.note)


def _read(given: Mapping[str, Any]) -> tuple[str, Content]:
    properties, headers, body = (given.get(name) for name in ("properties", "headers", "body"))
    properties = properties if isinstance(properties, dict) else {}
    headers = headers if isinstance(headers, dict) else {}
    raw = str(body or "").encode("utf-8", "surrogatepass")
    if properties.get("body_encoding") == "base64":
        try:
            raw = base64.b64decode(raw, validate=True)
        except ValueError:
            headers = {**headers, "body": "not the Base64 that it says it is"}
    kept = {name: value for name, value in properties.items() if name != "delivery_info"}
    return task_id(properties, headers), content(kept, headers, raw)


def _json(path: Path) -> Any:
    """What a file holds; [] when it is gone by now, too large, or being written."""
    try:
        if path.stat().st_size > _LARGEST:
            return []
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
