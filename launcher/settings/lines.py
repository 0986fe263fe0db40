"""Single values of a TOML text, changed where the text offers a place for them.

Our own file explains every setting above a line such as `# pool = "eventlet"`. A value belongs
there, and not behind the last comment, where a TOML library would put it. What is done here is
checked by reading the text again; where it does not come out right, None leaves it to the library.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Sequence
from typing import Any

from launcher.settings.places import line_of


def with_value(text: str, path: Sequence[str], value: str) -> str | None:
    """The text with a commented-out line for this entry put into effect; `value` is TOML."""
    lines = text.splitlines(keepends=True)
    *tables, key = path
    start, end = 0, _first_table(lines)
    if tables:
        head = _line(lines, 0, len(lines), rf"(?:# ?)?\[{re.escape('.'.join(tables))}\]")
        if head is None:
            return None
        lines[head] = lines[head].removeprefix("#").lstrip()
        start = head + 1
        end = next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))
    place = _line(lines, start, end, rf"# ?{re.escape(key)} *=")
    if place is None:
        return None
    lines[place] = f"{key} = {value}{_line_end(lines[place])}"
    return _checked(text, "".join(lines), path, tomllib.loads(f"v = {value}")["v"])


def without_value(text: str, path: Sequence[str], default: str) -> str | None:
    """The text with the entry's line commented out, saying the default; its comment stays."""
    number = line_of(text, path)
    lines = text.splitlines(keepends=True)
    if not number:
        return None
    line = lines[number - 1]
    found = re.match(rf"\s*{re.escape(path[-1])} *= *(?:\"[^\"]*\"|'[^']*'|[^#\"']*)", line)
    if found is None:
        return None
    comment = line[found.end() :].strip()
    kept = f"  {comment}" if comment.startswith("#") else ""
    lines[number - 1] = f"# {path[-1]} = {default}{kept}{_line_end(line)}"
    return _checked(text, "".join(lines), path, None)


def _checked(before: str, after: str, path: Sequence[str], value: Any) -> str | None:
    """`after`, if it says what `before` says but for this entry."""
    try:
        wanted, found = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return None
    return after if _with(wanted, path, value) == _with(found, path, None, keep=True) else None


def _with(
    entries: dict[str, Any], path: Sequence[str], value: Any, *, keep: bool = False
) -> dict[str, Any]:
    """The entries with `value` at `path` (None: none there), without tables that are empty."""
    made = copy.deepcopy(entries)
    if not keep:
        table = made
        for name in path[:-1]:
            inner = table.setdefault(name, {})
            if not isinstance(inner, dict):
                return {}
            table = inner
        table.pop(path[-1], None)
        if value is not None:
            table[path[-1]] = value
    return {name: each for name, each in made.items() if each != {}}


def _first_table(lines: Sequence[str]) -> int:
    return next((n for n, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))


def _line(lines: Sequence[str], start: int, end: int, pattern: str) -> int | None:
    matching = re.compile(pattern)
    return next((n for n in range(start, end) if matching.match(lines[n])), None)


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
