"""What building and verifying measured, as rows of docs/figures.json."""

from __future__ import annotations

from benchmarks.figures import record
from installer.building import Built
from installer.verifying import Walk

GOAL_MB = 40.0


def record_build(built: Built) -> None:
    """Row I1: the setup program as people get it."""
    size = built.bytes / 1e6
    record(
        {
            "row": "I1",
            "goal": f"the setup program under {GOAL_MB:g} MB",
            "holds": size < GOAL_MB,
            "figures": {
                "setup_mb": round(size, 1),
                "installed_mb": round(built.installed_bytes / 1e6),
                "left_out_mb": {
                    why.partition(";")[0]: round(count / 1e6, 1)
                    for why, count in built.left_out.items()
                },
                "build_s": built.seconds,
                "signed": built.signed,
            },
        }
    )


def record_walk(walk: Walk, busy: float) -> None:
    """Row I2: the life of an installation under Wine; `busy` is the percentage before it."""
    record(
        {
            "row": "I2",
            "goal": "installed, started, used, closed and removed under Wine, nothing left",
            "holds": walk.holds,
            "figures": {
                **walk.figures,
                "busy_before_percent": round(busy, 1),
                "steps_s": {str(step["step"]): step["seconds"] for step in walk.steps},
            },
        }
    )
