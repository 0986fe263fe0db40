"""`python -m benchmarks.render`: writes the figures into the pages that show them.

A page holds blocks between `<!-- figures:start NAME -->` and `<!-- figures:end NAME -->`. NAME is
a view (`goals`, `speed`, `faults`, `safety`, `matrix`, `installer`, `machine`), a row (`P1`: all it
measured) or, in running text, one value (`P1.figures.ratio`). tests/unit/test_figures.py compares
them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import ROOT, load, shown, spoken, table, value_at

Rows = Mapping[str, Mapping[str, Any]]

_BLOCK = re.compile(
    r"<!-- figures:start (?P<name>\S+) -->(?P<body>.*?)<!-- figures:end (?P=name) -->", re.DOTALL
)
_MARKER = re.compile(r"<!-- figures:(?:start|end)\b")


class BlockError(Exception):
    """A page names a table that does not exist, or its markers do not pair."""


def render(text: str, rows: Rows) -> str:
    """The page with every block made anew. Raises BlockError."""
    strays = len(_MARKER.findall(text)) - 2 * len(_BLOCK.findall(text))
    if strays:
        raise BlockError(f"{strays} figures marker(s) without their other half")

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        inline = "." in name
        body = content(name, rows)
        body = body if inline else f"\n{body}\n"
        return f"<!-- figures:start {name} -->{body}<!-- figures:end {name} -->"

    return _BLOCK.sub(fill, text)


def content(name: str, rows: Rows) -> str:
    """What stands in a block of this name. Raises BlockError for a name that means nothing."""
    if name in VIEWS:
        return VIEWS[name](rows)
    row, _, path = name.partition(".")
    if not re.fullmatch(r"[A-Z]+\d+(-\w+)?", row):
        raise BlockError(f"there is no table called {name}; known are {', '.join(VIEWS)}")
    if path:
        return shown(value_at(rows.get(row, {}), path))
    return _all_of(rows[row]) if row in rows else "Not measured yet."


def pages(root: Path = ROOT) -> Iterator[Path]:
    """Every page that may hold blocks."""
    yield from sorted(root.glob("*.md"))
    yield from sorted((root / "docs").rglob("*.md"))


def main() -> int:
    """Rewrite the pages; the exit code is 1 when a block cannot be made."""
    rows, wrong = load(), 0
    for page in pages():
        text = page.read_text(encoding="utf-8")
        try:
            made = render(text, rows)
        except BlockError as error:
            print(f"{page.relative_to(ROOT)}: {error}", file=sys.stderr)
            wrong = 1
            continue
        if made != text:
            page.write_text(made, encoding="utf-8")
            print(page.relative_to(ROOT))
    return wrong


def _named(pattern: str, columns: Mapping[str, str]) -> Callable[[Rows], str]:
    def view(rows: Rows) -> str:
        wanted = [row for name, row in rows.items() if re.fullmatch(pattern, name)]
        return table(wanted, columns)

    return view


def _all_of(row: Mapping[str, Any]) -> str:
    """Everything one row measured, a line each; a dictionary of dictionaries is a table."""
    lines: list[dict[str, Any]] = []
    for group, who in (("figures", "Celery Launcher"), ("peer", "peer")):
        for key, value in (row.get(group) or {}).items():
            lines.append({"what": spoken(key), "who": who, "value": value})
    told = table(lines, {"Figure": "what", "Of": "who", "Value": "value"})
    return f"{told}\n\n{_when(row)}" if lines else _when(row)


def _when(row: Mapping[str, Any]) -> str:
    commit = value_at(row, "commit.sha")
    dirty = " with changes" if value_at(row, "commit.dirty") else ""
    return f"Measured {shown(row.get('date'))} at commit {shown(commit)}{dirty}."


def _machines(rows: Rows) -> str:
    """The machines of all rows, each once."""
    told: dict[str, list[str]] = {}
    for name, row in rows.items():
        machine = row.get("machine") or {}
        words = (
            f"{machine.get('cores')} cores, {machine.get('cpu')}, {machine.get('memory_gib')} GiB, "
            f"{machine.get('os')}, Python {machine.get('python')}, "
            f"RabbitMQ {machine.get('rabbitmq') or 'absent'} on Erlang "
            f"{machine.get('erlang') or 'absent'}, Celery {machine.get('celery')}, "
            f"PySide6 {machine.get('pyside6')}"
        )
        told.setdefault(words, []).append(name)
    if not told:
        return "Not measured yet."
    return "\n".join(f"- {words} ({', '.join(names)})" for words, names in told.items())


VIEWS: Mapping[str, Callable[[Rows], str]] = {
    "goals": _named(r"P\d+", {"Row": "row", "Goal": "goal", "Holds": "holds"}),
    "speed": _named(
        r"P\d+(-\w+)?",
        {
            "Row": "row",
            "Goal": "goal",
            "Measured": "figures",
            "Peer, same run": "peer",
            "Holds": "holds",
        },
    ),
    "faults": _named(
        r"R\d+(-\w+)?",
        {
            "Row": "row",
            "Repeats": "repeats",
            "Failures": "failures",
            "Loss": "loss",
            "Double": "double",
            "Measured": "figures",
            "Holds": "holds",
        },
    ),
    "safety": _named(
        r"S\d+",
        {
            "Row": "row",
            "Tried": "tried",
            "Let through": "let_through",
            "Measured": "figures",
            "Holds": "holds",
        },
    ),
    "matrix": _named(
        r"M\d+",
        {
            "Row": "row",
            "Pool": "pool",
            "Broker": "broker",
            "Database": "database",
            "Mails": "figures.mails",
            "Delivered": "figures.delivered",
            "Refused": "figures.failed",
            "Doubled": "figures.doubled",
            "Holds": "holds",
        },
    ),
    "installer": _named(r"I\d+", {"Row": "row", "Measured": "figures", "Holds": "holds"}),
    "machine": _machines,
}


if __name__ == "__main__":
    sys.exit(main())
