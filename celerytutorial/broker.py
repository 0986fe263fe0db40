"""From a broker URL to what Celery needs, the embedded broker's folders included.

``filesystem://localhost/abs/folder``, or without the host, is the embedded broker: kombu's
filesystem transport in that folder. The host says nothing, as in a ``file:`` URL, but without one
kombu warns at every connection (Celery takes CELERY_BROKER_URL from the environment by itself).
Every other URL is passed on as it is.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

SCHEME = "filesystem"
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Broker:
    """What Celery's ``broker_url`` and ``broker_transport_options`` are set to."""

    url: str
    options: dict[str, Any] = field(default_factory=dict)


def broker_from(url: str) -> Broker:
    """Return the settings for *url*; makes the embedded broker's folders, private to the user.

    Raises ValueError when a filesystem URL names no absolute folder.
    """
    if urlsplit(url).scheme != SCHEME:
        return Broker(url)
    folder = embedded_folder(url)
    data, control = folder / "messages", folder / "control"
    for made in (folder, data, control):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Broker(
        f"{SCHEME}://",
        {
            # One folder for both directions: what is published is what is consumed.
            "data_folder_in": str(data),
            "data_folder_out": str(data),
            "control_folder": str(control),
            "polling_interval": POLL_SECONDS,
        },
    )


def embedded_folder(url: str) -> Path:
    """Return the absolute folder that a ``filesystem:`` URL names, on POSIX and Windows."""
    parts = urlsplit(url)
    folder = Path(url2pathname(parts.path))
    if (
        parts.netloc not in ("", "localhost")
        or not parts.path.strip("/")
        or not folder.is_absolute()
    ):
        msg = f"The embedded broker needs an absolute folder, filesystem:///folder, not {url!r}."
        raise ValueError(msg)
    return folder
