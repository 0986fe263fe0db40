"""P2: from the start of the process to the first painted window, services being started meanwhile.

The launcher's window and an empty PySide6 window take turns on one X server. The launcher is ended
hard after its first paint; its guard ends the services, as it would after a crash.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from statistics import mean, median
from typing import Any

from benchmarks import processes, stack
from benchmarks.processes import Process
from benchmarks.row import Row
from launcher import platform
from launcher.paths import Home

GOAL = "first painted window <= 1.5 x an empty PySide6 window, services started before it is built"
LIMIT = 1.5
REPEATS = 9
_PAINT_LIMIT = 30.0


class Opened:
    """A window in a process of its own, once it has been painted."""

    def __init__(self, screen: str, *words: str) -> None:
        reader, writer = os.pipe()
        self.began = time.monotonic()
        self.process: Process = processes.begin(
            [sys.executable, "-m", "benchmarks.first_paint", str(writer), *words],
            environment=processes.plain_environment(DISPLAY=screen, QT_QPA_PLATFORM="xcb"),
            descriptors=[writer],
        )
        os.close(writer)
        try:
            self.told = self._wait(reader)
        except RuntimeError:
            processes.end(self.process)
            raise
        finally:
            os.close(reader)

    @property
    def painted_ms(self) -> float:
        """From the start of the process to the first paint."""
        return self.after_ms("painted")

    def after_ms(self, moment: str) -> float:
        """From the start of the process to a moment that it told of."""
        return (float(self.told[moment]) - self.began) * 1000

    def _wait(self, reader: int) -> dict[str, Any]:
        if not select.select([reader], [], [], _PAINT_LIMIT)[0]:
            raise RuntimeError(f"nothing was painted within {_PAINT_LIMIT:g} s")
        told: dict[str, Any] = json.loads(os.read(reader, 65536) or b"{}")
        if not told:
            raise RuntimeError("the window's process ended before it painted; its words are above")
        return told


def open_empty(screen: str) -> Opened:
    """The peer: an empty window of the same size."""
    return Opened(screen, "empty")


def open_launcher(screen: str, home: Home) -> Opened:
    """The launcher's window, as a double-click opens it."""
    return Opened(screen, "launcher", "window", "--home", str(home.root))


def end_launcher(opened: Opened, home: Home) -> None:
    """End it hard and wait until its guard has ended all services."""
    run = stack.run_of(home)
    processes.end(opened.process)
    if not processes.wait_for(lambda: not platform.current().marked(run), 10.0, every=0.1):
        stack.end_all(run)


def measure(repeats: int | None) -> Row:
    """Take turns, compare medians; the first of each only warms the caches."""
    empty: list[Opened] = []
    own: list[Opened] = []
    busy: list[float] = []
    with stack.fresh_home() as home, processes.display() as screen:
        stack.prepared(home)
        for _ in range((repeats or REPEATS) + 1):
            busy.append(processes.until_quiet())
            empty.append(open_empty(screen))
            processes.end(empty[-1].process)
            busy.append(processes.until_quiet())
            own.append(open_launcher(screen, home))
            end_launcher(own[-1], home)
    return _row(empty[1:], own[1:], busy)


def _row(empty: list[Opened], own: list[Opened], busy: list[float]) -> Row:
    painted = median(each.painted_ms for each in own)
    blank = median(each.painted_ms for each in empty)
    before = all(each.told["alive"] for each in own)
    noise = mean(busy)
    return Row(
        row="P2",
        holds=painted / blank <= LIMIT and before,
        goal=GOAL,
        figures={
            "ratio": round(painted / blank, 2),
            "first_paint_ms": round(painted),
            "services_page_painted_ms": round(median(e.after_ms("whole") for e in own)),
            "window_asked_for_after_ms": round(median(e.after_ms("loading") for e in own)),
            "window_imported_after_ms": round(median(e.after_ms("loaded") for e in own)),
            "services_asked_for_after_ms": round(median(e.after_ms("opened") for e in own)),
            "application_ready_after_ms": round(median(e.after_ms("application") for e in own)),
            "window_built_after_ms": round(median(e.after_ms("built") for e in own)),
            "services_alive_at_first_paint": own[-1].told["alive"],
            "repeats": len(own),
            "busy_before_percent": round(noise, 1),
        },
        peer={"empty_window_ms": round(blank)},
        note="; ".join(
            [
                "with the start of all services before the window is built, RabbitMQ among them",
                *(["the machine was not idle"] if noise > 25 else []),
            ]
        ),
    )
