"""Where in a TOML text an entry stands: the reader of the standard library does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any


def line_of(text: str, path: Sequence[str]) -> int:
    """The line, from 1, of the entry; else of the nearest table around it; else 0."""
    wanted = tuple(path)
    table: tuple[str, ...] = ()
    best, best_depth = 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = here = _keys(stripped)
        elif "=" in stripped and not stripped.startswith("#"):
            own = _keys(f"{stripped.partition('=')[0]} = 0")
            here = (*table, *own) if own else ()
        else:
            continue
        if here and here == wanted[: len(here)] and len(here) > best_depth:
            best, best_depth = number, len(here)
    return best


def _keys(line: str) -> tuple[str, ...]:
    """The dotted key of a one-line TOML text, () when it is none."""
    try:
        value: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        keys.append(key)
    return tuple(keys)
