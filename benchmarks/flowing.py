"""The window, its Flow page open, while events come: `-m benchmarks.flowing PLAN`.

PLAN is a JSON object: `home`, `turn_ms` (how often the window's loop is looked at) and `flows`, a
list of plans of `event_child`. Session, RabbitMQ, connection and window are the real ones; no other
service runs beside them. Prints one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import processes
from benchmarks.flooded import Cost, Watch, pause, play
from launcher.app import Wishes, open_session
from launcher.paths import Home

if TYPE_CHECKING:
    from launcher.session import Session

_READY_LIMIT = 60.0
_LAST_WAIT = 5.0
"""Seconds within which the last events must have come."""


def main() -> int:
    """Run the plan, print the outcome."""
    plan = json.loads(sys.argv[1])
    with open_session(Home(Path(plan["home"])), Wishes(broker="rabbitmq")) as session:
        session.start("rabbitmq")
        if not session.wait_until(lambda all_: all_["rabbitmq"].satisfies, _READY_LIMIT):
            print("RabbitMQ did not start", file=sys.stderr)
            return 1
        found = _in_window(session, plan)
    print(json.dumps(found), flush=True)
    return 0


def _in_window(session: Session, plan: Mapping[str, Any]) -> dict[str, Any]:
    from launcher.gui.main import make_application  # noqa: PLC0415 - as the launcher does, last
    from launcher.gui.window import FLOW, Window  # noqa: PLC0415 - the same

    make_application()
    window, watch = Window(session), Watch()
    window.show_page(FLOW)
    found: dict[str, Any] = {}
    steps = _steps(session, window.page(FLOW), plan["flows"], watch, found)
    play(window, steps, watch, plan["turn_ms"])
    return found


def _steps(
    session: Session, page: Any, flows: Mapping[str, Any], watch: Watch, found: dict[str, Any]
) -> Iterator[None]:
    """Each `yield` is a turn of the window's loop."""
    came = 0

    def count(batch: list[Any]) -> None:
        nonlocal came
        came += sum(event["type"].startswith("task-") for event in batch)

    page.feed.events_came.connect(count)
    yield from pause(4.0)  # imports, connections and the first looks
    for name, flow in flows.items():
        came = 0
        words = json.dumps({**flow, "url": session.secret("broker_url")})
        child = processes.begin(
            [sys.executable, "-m", "benchmarks.event_child", words],
            environment=processes.plain_environment(),
            output=subprocess.PIPE,
            errors=subprocess.DEVNULL,
        )
        while came == 0 and child.poll() is None:
            yield
        watch.begin()
        cost, began = Cost(), time.perf_counter()
        while child.poll() is None:
            yield
        percent, seconds = cost.percent(), time.perf_counter() - began
        assert child.stdout is not None
        told = json.loads(child.stdout.read() or b'{"published": 0, "seconds": 1}')
        until = time.perf_counter() + _LAST_WAIT
        while came < told["published"] and time.perf_counter() < until:
            yield
        found[name] = {
            "published": told["published"],
            "received": came,
            "rate": told["published"] / told["seconds"],
            "cpu_percent": percent,
            "seconds": seconds,
            "stream": page.flow.motion.stream,
            **watch.outcome(),
        }
        yield from pause(2.0)


if __name__ == "__main__":
    sys.exit(main())
