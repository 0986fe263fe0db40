"""P5: what the launcher's own process costs while all services are up and nobody does anything.

In a terminal (`up`) and as a window under Xvfb, against an empty PySide6 window.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

import psutil

from benchmarks import processes, stack, window
from benchmarks.row import Row
from launcher.core.spec import ServiceSpec
from launcher.paths import Home
from launcher.runtime.control import NotRunningError, request

GOAL = (
    "idle with all services up: <= 0.5 % of a core; window <= 1.3 x the memory of an empty "
    "PySide6 window, terminal <= 50 MB"
)
CPU_LIMIT = 0.5
MEMORY_RATIO = 1.3
TERMINAL_LIMIT_MB = 50.0
REPEATS = 2
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Cost:
    """`cpu_percent` of one core; resident memory."""

    cpu_percent: float
    memory_mb: float


def measure(repeats: int | None) -> Row:
    """Take turns, take medians."""
    terminal: list[Cost] = []
    shown: list[Cost] = []
    empty: list[Cost] = []
    with stack.fresh_home() as home, processes.display() as screen:
        specs = stack.specs_of(stack.prepared(home))
        for _ in range(repeats or REPEATS):
            launched = stack.Launched(home)
            launched.wait_ready(specs)
            terminal.append(_cost(launched.process.pid))
            launched.stop()
            opened = window.open_launcher(screen, home)
            try:
                _wait_ready(home, specs)
                shown.append(_cost(opened.process.pid))
            finally:
                window.end_launcher(opened, home)
            blank = window.open_empty(screen)
            empty.append(_cost(blank.process.pid, seconds=2.0))
            processes.end(blank.process)
    return _row(terminal, shown, empty)


def _wait_ready(home: Home, specs: dict[str, ServiceSpec]) -> None:
    def all_ready() -> bool:
        try:
            states = {
                service["name"]: service["state"]
                for answer in request(home, "status")
                for service in answer["services"]
            }
        except NotRunningError:
            return False
        return all(states.get(name) in ("ready", "done") for name in specs)

    if not processes.wait_for(all_ready, stack.READY_LIMIT, every=0.5):
        raise RuntimeError("the window's services did not become ready")


def _cost(pid: int, seconds: float = SECONDS) -> Cost:
    processes.pause(3.0)  # what a start leaves to do is done
    process = psutil.Process(pid)
    before, began = process.cpu_times(), time.monotonic()
    processes.pause(seconds)
    after, took = process.cpu_times(), time.monotonic() - began
    used = after.user + after.system - before.user - before.system
    return Cost(used / took * 100, process.memory_info().rss / 1e6)


def _row(terminal: list[Cost], shown: list[Cost], empty: list[Cost]) -> Row:
    cpu = {
        "terminal_cpu_percent": median(cost.cpu_percent for cost in terminal),
        "window_cpu_percent": median(cost.cpu_percent for cost in shown),
    }
    in_terminal = median(cost.memory_mb for cost in terminal)
    in_window = median(cost.memory_mb for cost in shown)
    blank = median(cost.memory_mb for cost in empty)
    return Row(
        row="P5",
        holds=(
            max(cpu.values()) <= CPU_LIMIT
            and in_window / blank <= MEMORY_RATIO
            and in_terminal <= TERMINAL_LIMIT_MB
        ),
        goal=GOAL,
        figures={
            **{name: round(percent, 2) for name, percent in cpu.items()},
            "terminal_memory_mb": round(in_terminal, 1),
            "window_memory_mb": round(in_window, 1),
            "memory_ratio": round(in_window / blank, 2),
            "seconds_watched": SECONDS,
            "repeats": len(shown),
        },
        peer={"empty_window_memory_mb": round(blank, 1)},
        note="the launcher's own process, resident memory; services and guard not counted",
    )
