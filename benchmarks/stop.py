"""P9: Stop all when idle, and nothing lost by it.

Before each stop 1,000 persistent messages are confirmed by the node; after the next start they are
counted back. The launcher ends the node as soon as its message stores are closed, so this is what
shows whether that is safe. The peer is the node's own graceful stop.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from benchmarks import messages, processes, stack
from benchmarks.row import Row
from launcher import platform
from launcher.paths import Home
from launcher.runtime import port_choice
from launcher.services.plan import Plan

GOAL = "Stop all when idle <= 2 s, every time, no message lost, no process and no port left"
LIMIT = 2.0
REPEATS = 20
MESSAGES = 1000
_PEER_REPEATS = 3
_REPAIR = re.compile(
    rb"[^\n]*(?:rebuild|dirty|unclean|corrupt|recovery terms)[^\n]*", re.IGNORECASE
)
"""What a node says at its start when it was not closed well."""


@dataclass(slots=True)
class Outcome:
    """What came of all stops."""

    stop_s: list[float] = field(default_factory=list)
    node_stop_s: list[float] = field(default_factory=list)
    """From the node's own "stopping" to its "stopped"."""
    ending_s: list[float] = field(default_factory=list)
    """From the last service's "stopped" to the end of the launcher's process."""
    slowest: list[str] = field(default_factory=list)
    """The service that stopped last before the node was asked to, each time."""
    processes_left: int = 0
    ports_left: int = 0
    wrong_exit: int = 0
    lost: int = 0
    double: int = 0
    repairs: list[str] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def measure(repeats: int | None) -> Row:
    """Stop, start, count back, as often as asked."""
    outcome = Outcome()
    with stack.fresh_home() as home:
        plan = stack.prepared(home)
        log = home.logs / "rabbitmq.log"
        for number in range((repeats or REPEATS) + 1):
            read = log.stat().st_size
            launched = stack.Launched(home)
            launched.wait_ready(stack.specs_of(plan))
            if number:
                _count_back(outcome, plan, str(number - 1))
                outcome.repairs += _repairs(log, read)
            if number < (repeats or REPEATS):
                messages.publish(plan.broker_url, str(number), MESSAGES)
                outcome.busy.append(processes.until_quiet())
                _stop(outcome, launched, home, plan)
            else:
                launched.stop()
        graceful = [_graceful_stop(home) for _ in range(_PEER_REPEATS)]
    return _row(outcome, graceful)


def _stop(outcome: Outcome, launched: stack.Launched, home: Home, plan: Plan) -> None:
    run = stack.run_of(home)
    before = len(launched.events)
    outcome.stop_s.append(launched.stop())
    gone = time.time()
    # At once: whoever needs a moment longer to go is left over.
    outcome.processes_left += len(platform.current().marked(run))
    outcome.ports_left += sum(
        not port_choice.is_free(endpoint) for endpoint in plan.endpoints.by_name.values()
    )
    outcome.wrong_exit += launched.process.returncode != 0
    told = launched.events[before:]
    asked = {e["service"]: stack.moment(e) for e in told if e["state"] == "stopping"}
    ended = {e["service"]: stack.moment(e) for e in told if e["state"] == "stopped"}
    outcome.ending_s.append(gone - max(ended.values(), default=gone))
    if "rabbitmq" in asked and "rabbitmq" in ended:
        outcome.node_stop_s.append(ended["rabbitmq"] - asked["rabbitmq"])
        earlier = {n: at for n, at in ended.items() if at <= asked["rabbitmq"] and n in asked}
        outcome.slowest.append(max(earlier, key=lambda name: earlier[name]))


def _count_back(outcome: Outcome, plan: Plan, mark: str) -> None:
    found = messages.take_back(plan.broker_url)
    expected = {f"{mark}:{number}" for number in range(MESSAGES)}
    outcome.lost += len(expected - found.keys())
    outcome.double += found.total() - len(found.keys() & expected)


def _repairs(log: Path, start: int) -> list[str]:
    with log.open("rb") as file:
        file.seek(start)
        return [line.decode("utf-8", "replace") for line in _REPAIR.findall(file.read())]


def _graceful_stop(home: Home) -> float:
    """Seconds from SIGTERM to the end of a node that is left to itself."""
    plan = stack.plan_of(home)
    specs = stack.specs_of(plan)
    place = home.root / "alone"
    place.mkdir(exist_ok=True)
    try:
        for name in ("epmd", "rabbitmq"):
            process, watch, began = stack.begin_alone(specs[name], plan, place)
            if watch.wait(began + stack.READY_LIMIT) is None:
                raise RuntimeError(f"{name} did not come up alone")
        processes.until_quiet()
        asked = time.monotonic()
        process.terminate()
        process.wait(stack.STOP_LIMIT)
        return time.monotonic() - asked
    finally:
        stack.end_all(plan.run)


def _row(outcome: Outcome, graceful: list[float]) -> Row:
    noise = mean(outcome.busy)
    slowest = max(set(outcome.slowest), key=outcome.slowest.count) if outcome.slowest else ""
    nothing_left = not outcome.processes_left and not outcome.ports_left and not outcome.wrong_exit
    safe = not outcome.lost and not outcome.double and not outcome.repairs
    return Row(
        row="P9",
        holds=max(outcome.stop_s) <= LIMIT and nothing_left and safe,
        goal=GOAL,
        figures={
            "stops": len(outcome.stop_s),
            "median_s": round(median(outcome.stop_s), 2),
            "worst_s": round(max(outcome.stop_s), 2),
            "within_goal": sum(seconds <= LIMIT for seconds in outcome.stop_s),
            "node_alone_s": round(median(outcome.node_stop_s or [0.0]), 2),
            "last_before_the_node": slowest,
            "after_the_last_service_s": round(median(outcome.ending_s), 2),
            "messages": MESSAGES * len(outcome.stop_s),
            "messages_lost": outcome.lost,
            "messages_double": outcome.double,
            "repairs_logged": len(outcome.repairs),
            "processes_left": outcome.processes_left,
            "ports_left": outcome.ports_left,
            "exit_codes_that_say_otherwise": outcome.wrong_exit,
            "busy_before_percent": round(noise, 1),
        },
        peer={"graceful_node_stop_s": round(median(graceful), 2)},
        note="; ".join(
            [
                "from SIGTERM to the end of the launcher's process, all services up and idle",
                *(["the machine was not idle"] if noise > 25 else []),
                *outcome.repairs[:3],
            ]
        ),
    )
