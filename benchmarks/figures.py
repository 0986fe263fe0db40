"""Keeps what was measured: docs/figures.json, one entry a row, and the tables made from it.

Owns the file and its rendering to Markdown. What is measured is left to whoever calls `record`:
the benchmarks, the fault runs, the safety runs and the installer's checks.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import platform as machine_of
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from launcher import platform
from launcher.runtime.installations import find_rabbitmq

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "figures.json"
_LOCK_LIMIT = 30.0
"""Seconds to wait for another writer; one write takes milliseconds."""


def record(row: Mapping[str, Any], path: Path = FILE) -> None:
    """Merge one row (its key is `row["row"]`) with commit, date and machine into the file.

    A newer run of the same row replaces the older one. Two processes may record at once. Raises
    KeyError when the row has no name, TimeoutError when another writer does not finish.
    """
    entry = {**row, "commit": commit(), "date": _now(), "machine": machine()}
    with _alone(path):
        rows = {**load(path), row["row"]: entry}
        _write(path, {name: rows[name] for name in sorted(rows, key=row_order)})


def load(path: Path = FILE) -> dict[str, dict[str, Any]]:
    """All rows by name; empty when nothing was measured yet."""
    try:
        rows: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return rows


def table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """A Markdown table: `columns` maps each title to a dotted path such as `figures.start_s`.

    What a row does not have is shown as a dash. No row at all gives one sentence that says so.
    """
    lines = [
        _line(shown(value_at(row, path)) for path in columns.values())
        for row in sorted(rows, key=lambda row: row_order(str(row.get("row", ""))))
    ]
    if not lines:
        return "Not measured yet."
    return "\n".join([_line(columns), _line("---" for _ in columns), *lines])


def value_at(row: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path; None when nothing does."""
    value: Any = row
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def shown(value: Any) -> str:
    """A value as a reader wants it: three significant digits, yes and no, a dash for nothing."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "**no**"
        case int():
            return f"{value:,}"
        case float():
            return _number(value)
        case Mapping():
            return ", ".join(f"{spoken(key)} {shown(item)}" for key, item in value.items()) or "–"
        case list() | tuple():
            return ", ".join(shown(item) for item in value) or "–"
        case _:
            return " ".join(str(value).split()).replace("|", "\\|")


def spoken(key: str) -> str:
    """A key as words, its unit in brackets: `start_all_s` is "start all (s)"."""
    words, _, last = key.replace("_", " ").rpartition(" ")
    units = {"percent": "%", "mb": "MB", "per s": "/s"}
    if words and last in ("s", "ms", "mb", "percent"):
        return f"{words} ({units.get(last, last)})"
    return key.replace("_", " ")


def row_order(name: str) -> tuple[str, int, str]:
    """P2 before P10, and what another pool made of it right behind."""
    base = name.partition("-")[0]
    letters = base.rstrip("0123456789")
    return letters, int(base[len(letters) :] or 0), name


def commit() -> dict[str, Any]:
    """The short hash of what is checked out, and whether the code differs from it.

    Changes to the documentation do not count: writing the figures is one.
    """
    try:
        short = _git("rev-parse", "--short", "HEAD")
        changed = _git("status", "--porcelain", "--", ".", ":!docs", ":!*.md")
    except (OSError, subprocess.CalledProcessError):
        return {"sha": "unknown", "dirty": True}
    return {"sha": short, "dirty": bool(changed)}


@cache
def machine() -> dict[str, Any]:
    """What the figures depend on: no host name and no path."""
    rabbit = find_rabbitmq()
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "os": _os_name(),
        "python": machine_of.python_version(),
        "rabbitmq": rabbit.version if rabbit else None,
        "erlang": rabbit.erlang_version if rabbit else None,
        **{
            name: _version(distribution)
            for name, distribution in (
                ("celery", "celery"),
                ("django", "django"),
                ("eventlet", "eventlet"),
                ("flower", "flower"),
                ("pyside6", "PySide6-Essentials"),
            )
        },
    }


def _number(value: float) -> str:
    size = abs(value)
    if size >= 100 or value == 0:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip()


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cpu_model() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return machine_of.processor() or machine_of.machine()


def _os_name() -> str:
    with contextlib.suppress(OSError):
        return machine_of.freedesktop_os_release()["PRETTY_NAME"]
    return f"{machine_of.system()} {machine_of.release()}"


def _write(path: Path, rows: Mapping[str, Any]) -> None:
    text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of this file; it stands in the temporary folder, to litter no checkout."""
    mark = hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:16]
    place = Path(tempfile.gettempdir()) / f"celery-launcher-figures-{mark}.lock"
    system = platform.current()
    deadline = time.monotonic() + _LOCK_LIMIT
    pause = threading.Event()
    while (lock := system.lock(place)) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path.name} is held by another writer")
        pause.wait(0.02)
    try:
        yield
    finally:
        lock.release()
