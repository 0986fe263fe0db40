"""P4: what 50,000 log lines a second cost, beside supervisord and honcho in the same run.

The same child floods each of them; counted is the CPU of the process that takes the lines.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import psutil

from benchmarks import log_flood, processes
from benchmarks.flooded import CHILD
from benchmarks.log_flood import RATE
from benchmarks.row import Row

GOAL = (
    "CPU for 50,000 log lines/s: <= supervisord's in the same run without the window, <= 15 % of a "
    "core with the Logs page open"
)
WINDOW_LIMIT = 15.0
REPEATS = 3
SECONDS = 12.0
_BEGINS = 2.0
"""Seconds that a peer may take until its child floods."""
_LEAST_BYTES = 80
"""A line that a peer takes has at least so many."""
_LIMIT = 120.0


def measure(repeats: int | None) -> Row:
    """Take turns, compare medians."""
    for peer in ("supervisor", "honcho"):
        processes.need_module(peer, peer)
    flood = ("lines", "lines", str(SECONDS), str(RATE))
    seen: dict[str, list[float]] = {
        name: [] for name in ("terminal", "window", "supervisord", "honcho")
    }
    rates: list[float] = []
    whole = True
    for _ in range(repeats or REPEATS):
        for name in ("terminal", "window"):
            processes.until_quiet()
            told = log_flood.run([flood], _LIMIT, window=name == "window", turn_ms=100)
            found = told["floods"]["lines"]
            seen[name].append(found["cpu_percent"])
            rates.append(found["lines"] / found["seconds"])
        for name in ("supervisord", "honcho"):
            processes.until_quiet()
            percent, taken = _peer(name)
            seen[name].append(percent)
            whole = whole and (name == "honcho" or taken > RATE * SECONDS * _LEAST_BYTES)
    if not whole:
        raise RuntimeError("supervisord did not take the flood; the machine is too busy")
    cpu = {name: median(values) for name, values in seen.items()}
    return Row(
        row="P4",
        holds=cpu["terminal"] <= cpu["supervisord"] and cpu["window"] <= WINDOW_LIMIT,
        goal=GOAL,
        figures={
            "terminal_cpu_percent": round(cpu["terminal"], 2),
            "window_cpu_percent": round(cpu["window"], 2),
            "lines_per_s": round(min(rates)),
            "seconds_each": SECONDS,
            "repeats": len(seen["terminal"]),
        },
        peer={
            "supervisord_cpu_percent": round(cpu["supervisord"], 2),
            "honcho_cpu_percent": round(cpu["honcho"], 2),
        },
        note="lines of 107 bytes, 50 a write; honcho may take fewer",
    )


def _peer(name: str) -> tuple[float, float]:
    """The share of a core that a peer takes while its child floods, and the bytes it wrote."""
    with processes.folder() as root:
        words = [sys.executable, str(CHILD), str(root / "report"), "lines"]
        command = " ".join([*words, str(SECONDS + 2 * _BEGINS), str(RATE)])
        arguments = (_supervisord if name == "supervisord" else _honcho)(root, command)
        with (root / "output").open("wb") as output:
            process = processes.begin(
                arguments, environment=processes.plain_environment(), output=output
            )
            try:
                processes.pause(_BEGINS)
                watched = psutil.Process(process.pid)
                before = watched.cpu_times()
                processes.pause(SECONDS)
                after = watched.cpu_times()
                files = [file for file in root.iterdir() if file.suffix != ".conf"]
                taken = sum(file.stat().st_size for file in files)
            finally:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                processes.end(process)
    used = after.user + after.system - before.user - before.system
    return used / SECONDS * 100, taken


def _supervisord(root: Path, command: str) -> list[str]:
    file = root / "supervisord.conf"
    file.write_text(
        f"[supervisord]\nnodaemon=true\nlogfile={root}/own.log\npidfile={root}/own.pid\n"
        f"[program:flood]\ncommand={command}\nredirect_stderr=true\nautorestart=false\n"
        f"stdout_logfile={root}/flood.log\nstdout_logfile_maxbytes=0\n",
        encoding="utf-8",
    )
    return [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)]


def _honcho(root: Path, command: str) -> list[str]:
    (root / "Procfile").write_text(f"flood: exec {command}\n", encoding="utf-8")
    return [
        *(sys.executable, "-m", "honcho", "-f", str(root / "Procfile")),
        *("-d", str(root), "-e", "none.env", "start"),
    ]
