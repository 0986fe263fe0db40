"""Generated credentials: one set an installation, one token a run."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from launcher.platform.system import System

_NAMES = ("secret_key", "broker_password", "flower_password", "admin_password", "erlang_cookie")


def load_or_make(path: Path, system: System) -> dict[str, str]:
    """The credentials of this installation, made at the first start, and a new `api_token`.

    The file is readable by the user alone. One that is damaged or lacks a name is completed.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stored = {}
    if not isinstance(stored, dict):
        stored = {}
    known = {name: value for name in _NAMES if isinstance(value := stored.get(name), str) and value}
    made = {name: secrets.token_urlsafe(32) for name in _NAMES if name not in known}
    if made:
        system.write_private(path, json.dumps(known | made, indent=1))
    return known | made | {"api_token": secrets.token_urlsafe(32)}
