"""P11: Celery's events into the Flow page, through RabbitMQ, with the window under Xvfb.

3,000 a second with a timer of 5 ms in the window's loop for the gaps; 1,000 a second for the CPU of
the launcher's process, with the drawing and the thread that receives. Both as the bundled worker
sends them, in groups, and for comparison each event as a message of its own.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from benchmarks import processes
from benchmarks.log_flood import on_a_screen
from benchmarks.row import CannotMeasureError, Row
from launcher.runtime.installations import find_rabbitmq

GOAL = (
    "Celery events into the Flow page: 3,000/s without loss or a gap > 100 ms; <= 10 % of a core "
    "at 1,000/s"
)
GAP_MS = 100.0
CPU_PERCENT = 10.0
QUICK, STEADY = 3_000, 1_000
GROUP = 50
SECONDS = 15.0
_LIMIT = 240.0


def measure(repeats: int | None) -> Row:
    """Gaps and loss by the worst run, CPU by the median."""
    if find_rabbitmq() is None:
        raise CannotMeasureError("RabbitMQ was not found", "apt install rabbitmq-server")
    quick, steady = [], []
    for _ in range(repeats or 1):
        processes.until_quiet()
        quick.append(_run(QUICK, turn_ms=5))
        processes.until_quiet()
        steady.append(_run(STEADY, turn_ms=100))
    groups = [run["groups"] for run in quick]
    lost = sum(one["published"] - one["received"] for run in quick for one in run.values())
    gap = max(one["worst_gap_ms"] for one in groups)
    cpu = median(run["groups"]["cpu_percent"] for run in steady)
    rate = min(one["rate"] for one in groups)
    return Row(
        row="P11",
        holds=lost == 0 and gap <= GAP_MS and cpu <= CPU_PERCENT and rate >= 0.95 * QUICK,
        goal=GOAL,
        figures={
            "events_per_s": round(rate),
            "lost": lost,
            "worst_gap_ms": round(gap, 1),
            "single_worst_gap_ms": round(max(r["singles"]["worst_gap_ms"] for r in quick), 1),
            "cpu_percent": round(cpu, 2),
            "single_cpu_percent": round(median(run["singles"]["cpu_percent"] for run in steady), 2),
            "quick_cpu_percent": round(median(one["cpu_percent"] for one in groups), 2),
            "seconds_each": SECONDS,
            "repeats": len(quick),
        },
        note=f"in groups of {GROUP} as the worker sends them; single: each a message of its own",
    )


def _run(rate: int, *, turn_ms: int) -> dict[str, Any]:
    flow = {"rate": rate, "seconds": SECONDS}
    flows = {"groups": {**flow, "group": GROUP}, "singles": {**flow, "group": 1}}
    return on_a_screen("benchmarks.flowing", {"turn_ms": turn_ms, "flows": flows}, _LIMIT)
