"""Beat's scheduler: says that it really ticks, starts at once, and survives a clock set back.

Leaves schedules and sending to Celery's PersistentScheduler. A tick is an entry that the broker
took; ``CELERY_BEAT_TICK_FILE`` tells of it, and of the whole schedule, to whoever watches.
"""

import contextlib
import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings

SOON = timedelta(minutes=1)
CLOCK_STEP = 5.0


class TickingScheduler(PersistentScheduler):  # type: ignore[misc, unused-ignore]  # celery-types does not know its class
    """Writes ``{"run", "pid", "ticks", "at", "schedule"}`` at each entry sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.ticks = 0
        self._clock_gap = _wall_minus_monotonic()
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Read the schedule and make its short intervals due now, not one interval from now."""
        super().setup_schedule()
        self._make_short_intervals_due()

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Run what is due. Heap and entries hold wall time, so a clock set back is noticed here."""
        gap = _wall_minus_monotonic()
        if gap < self._clock_gap - CLOCK_STEP:
            self._make_short_intervals_due()
            self._heap = None
        self._clock_gap = gap
        return super().tick(*args, **kwargs)

    def apply_async(
        self,
        entry: Any,
        producer: Any = None,
        advance: bool = True,  # noqa: FBT001, FBT002 - Celery's signature
        **kwargs: Any,
    ) -> Any:
        """Send *entry*; raises SchedulingError, without a tick, when the broker took nothing."""
        result = super().apply_async(entry, producer, advance, **kwargs)
        self.ticks += 1
        if settings.CELERY_BEAT_TICK_FILE:
            self._write_tick(Path(settings.CELERY_BEAT_TICK_FILE))
        return result

    def _make_short_intervals_due(self) -> None:
        for entry in self.schedule.values():
            every: timedelta | None = getattr(entry.schedule, "run_every", None)
            if every is not None and every <= SOON:
                entry.last_run_at = self.app.now() - every

    def _write_tick(self, path: Path) -> None:
        tick = {
            "run": settings.CELERY_LAUNCHER_RUN_ID,
            "pid": os.getpid(),
            "ticks": self.ticks,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "schedule": [_told(entry) for entry in self.schedule.values()],
        }
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.write_text(json.dumps(tick, default=repr), encoding="utf-8")
        # Windows refuses for as long as somebody reads the last one; the next tick comes soon.
        with contextlib.suppress(PermissionError):
            beside.replace(path)


def _told(entry: Any) -> dict[str, Any]:
    """Return what is to be known of an *entry*; times are seconds since the epoch."""
    wait = entry.is_due().next
    return {
        "name": entry.name,
        "task": entry.task,
        "every": repr(entry.schedule).strip("<>"),
        "args": list(entry.args or ()),
        "kwargs": dict(entry.kwargs or {}),
        "queue": entry.options.get("queue"),
        "last_at": entry.last_run_at.timestamp() if entry.last_run_at else None,
        "next_at": time.time() + wait,
        "count": entry.total_run_count,
    }


def _wall_minus_monotonic() -> float:
    return time.time() - time.monotonic()
