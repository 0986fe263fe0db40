"""kombu's filesystem transport, with messages that appear whole.

kombu opens a message's file under its final name and writes it after that; a reader that looks in
between takes an empty message and fails, and a worker whose control loop met this answered no ping
until it was restarted. Here the file is written under another name and then renamed, which is one
step on every system. Everything else is kombu's.
"""

import json
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem


class Channel(filesystem.Channel):  # type: ignore[misc, unused-ignore]  # kombu's classes may be untyped
    """A channel whose messages appear whole."""

    # The stubs of the two classes above call the second parameter differently; it is positional.
    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]  # kombu's own differs from its base, too
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        place = Path(self.data_folder_out)
        # No reader looks at this name: it does not end like a queue's messages.
        written = place / f"{name}.part"
        written.write_text(json.dumps(message), encoding="utf-8")
        written.replace(place / name)


class Transport(filesystem.Transport):  # type: ignore[misc, unused-ignore]  # kombu's classes may be untyped
    """The transport of these channels."""

    Channel = Channel


def use_whole_messages() -> None:
    """Have every ``filesystem://`` connection of this process use this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
