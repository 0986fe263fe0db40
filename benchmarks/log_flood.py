"""P3: the window, its Logs page open, while a child floods it, and then a search through all of it.

The real window under Xvfb, with the log store and the thread that reads the child, in a process of
its own; no service runs beside it. A timer of 5 ms in the window's event loop measures the gaps.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import processes
from benchmarks.row import Row

GOAL = (
    "window while a child floods it (1 GB; 50,000 lines/s; one 50 MB line): no gap > 100 ms, child "
    "never blocked > 1 s, +100 MB at most, nothing lost on disk"
)
GAP_MS = 100.0
BLOCKED_S = 1.0
GROWTH_MB = 100.0
RATE = 50_000
FLOODS = (
    ("lines", "lines", "15", str(RATE)),
    ("gigabyte", "bytes", "1e9"),
    ("long_line", "line", "50e6"),
)
FLAT_MB = 5.0
"""What the memory may differ by between the second and the last fifth of a long flood."""
_LIMIT = 300.0


def run(
    floods: Sequence[Sequence[str]],
    limit: float,
    *,
    window: bool = True,
    turn_ms: int = 5,
    search: bool = False,
    keep_all: bool = False,
) -> dict[str, Any]:
    """Have a launcher flooded in a fresh home; what `flooded` printed. Raises RuntimeError."""
    plan = {
        "window": window,
        "turn_ms": turn_ms,
        "floods": floods,
        "search": search,
        "keep_all": keep_all,
    }
    return on_a_screen("benchmarks.flooded", plan, limit)


def on_a_screen(module: str, plan: Mapping[str, Any], limit: float) -> dict[str, Any]:
    """Run a module under an X server of its own; the plan gets a fresh `home`.

    Returns the object that it printed; raises RuntimeError with its words when it printed none.
    """
    with processes.folder() as root, processes.display() as screen:
        words = json.dumps({**plan, "home": str(root / "home")})
        with (root / "errors.txt").open("wb") as errors:
            process = processes.begin(
                [sys.executable, "-m", module, words],
                environment=processes.plain_environment(DISPLAY=screen, QT_QPA_PLATFORM="xcb"),
                output=subprocess.PIPE,
                errors=errors,
            )
            try:
                said, _ = process.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                raise RuntimeError(f"{module} was not over after {limit:g} s") from None
            finally:
                processes.end(process)
        if process.returncode:
            complaint = (root / "errors.txt").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"{module} failed: {processes.said(complaint)}")
        told: dict[str, Any] = json.loads(said)
        return told


def measure(repeats: int | None) -> Row:
    """Flood in three ways, scroll and search; the worst of all runs counts."""
    outcomes = [run(FLOODS, _LIMIT, search=True, keep_all=True) for _ in range(repeats or 1)]
    figures: dict[str, Any] = {}
    for step in outcomes[0]["floods"]:
        parts = [outcome["floods"][step] for outcome in outcomes]
        figures |= _figures(step, parts)
    growth = max(_growth(outcome["floods"]) for outcome in outcomes)
    gap = max(part["worst_gap_ms"] for one in outcomes for part in one["floods"].values())
    blocked = max(
        part.get("longest_write_s", 0.0) for one in outcomes for part in one["floods"].values()
    )
    whole = all(outcome["whole_on_disk"] for outcome in outcomes)
    return Row(
        row="P3",
        holds=gap <= GAP_MS and blocked <= BLOCKED_S and growth <= GROWTH_MB and whole,
        goal=GOAL,
        figures={
            "worst_gap_ms": round(gap, 1),
            "child_blocked_s": round(blocked, 3),
            "memory_growth_mb": round(growth, 1),
            "nothing_lost_on_disk": whole,
            **figures,
            "repeats": len(outcomes),
        },
        note="the Logs page open and following; then scrolled and searched with its memory full; "
        "the files are not rotated here, so that every byte can be compared",
    )


def measure_minutes(minutes: float) -> Row:
    """One flood of RATE lines a second for so long: the memory stays flat."""
    floods = [("long", "lines", str(minutes * 60), str(RATE))]
    outcome = run(floods, minutes * 60 + _LIMIT, turn_ms=10)
    found = outcome["floods"]["long"]
    fifths: list[float] = found["memory_fifths_mb"]
    drift = fifths[-1] - fifths[1]
    return Row(
        row="P3-minutes",
        holds=(
            drift <= FLAT_MB
            and _growth(outcome["floods"]) <= GROWTH_MB
            and found["worst_gap_ms"] <= GAP_MS
            and found["longest_write_s"] <= BLOCKED_S
        ),
        goal=f"memory flat over {minutes:g} minutes of {RATE:,} lines/s, no gap > 100 ms",
        figures={
            "minutes": round(found["seconds"] / 60, 1),
            "lines": found["lines"],
            "memory_drift_mb": round(drift, 1),
            "memory_growth_mb": round(_growth(outcome["floods"]), 1),
            "memory_by_fifths_mb": [round(value, 1) for value in fifths],
            "worst_gap_ms": round(found["worst_gap_ms"], 1),
            "p99_gap_ms": round(found["p99_gap_ms"], 1),
            "child_blocked_s": round(found["longest_write_s"], 3),
            "window_cpu_percent": round(found["cpu_percent"], 1),
        },
        note="drift: from the second fifth, when the memory for lines is full, to the last",
    )


def _figures(step: str, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    worst = max(parts, key=lambda part: part["worst_gap_ms"])
    found: dict[str, Any] = {
        f"{step}_gap_ms": round(worst["worst_gap_ms"], 1),
        f"{step}_memory_mb": round(max(part["memory_peak_mb"] for part in parts), 1),
    }
    if "bytes" in worst:
        found[f"{step}_s"] = round(worst["seconds"], 1)
        found[f"{step}_lines_per_s"] = round(worst["lines"] / worst["seconds"])
        found[f"{step}_cpu_percent"] = round(worst["cpu_percent"], 1)
    elif "matches" in worst:
        found[f"{step}_search_s"] = round(worst["search_s"], 2)
        found[f"{step}_matches"] = worst["matches"]
    elif "held" in worst:
        found["lines_in_memory"] = worst["held"]
    return found


def _growth(floods: Mapping[str, Mapping[str, Any]]) -> float:
    before = float(floods["before"]["memory_peak_mb"])
    return max(float(part["memory_peak_mb"]) for part in floods.values()) - before
