"""R17: a service that exits at once: growing delays, FAILED with the reason, later forgiven."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from launcher.core.spec import (
    Backoff,
    ProbeKind,
    ProbeSpec,
    RestartPolicy,
    ServiceSpec,
)
from launcher.core.state import ServiceState
from tests.faults.setting import Options, repeat_on_one_stack
from tests.helpers import processes
from tests.helpers.measuring import Tally
from tests.helpers.programs import environment
from tests.helpers.rig import Rig, python
from tests.helpers.stack import Stack
from tests.helpers.waiting import eventually

_POLICY = RestartPolicy(
    max_failures=5, backoff=Backoff(first=0.1, factor=2.0, cap=0.4), stable_after=0.6
)
_CRASHES = "import sys; print('no such table: launcher', flush=True); sys.exit(3)"
# It lives until it is ended; ten minutes are its end if nobody does.
_STANDS = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


def r17(options: Options) -> Tally:
    """The rules with short delays, and the real worker with a pool that cannot be loaded."""
    tally = Tally("R17", options.repeats)

    def trial(stack: Stack, tally: Tally) -> None:
        delays_grow_then_failed(tally)
        stable_time_forgives(tally)
        worker_cannot_start(stack, tally)

    repeat_on_one_stack(tally, broken_worker, trial)
    return tally


def broken_worker() -> Stack:
    """A stack of a worker alone, with gevent and an event loop for it that does not exist.

    The worker says so and exits, every time.
    """
    return Stack(
        broker="embedded",
        only="worker",
        settings='pool = "gevent"\n',
        env=environment() | {"GEVENT_LOOP": "nothing"},
        wait=False,
    )


def delays_grow_then_failed(tally: Tally) -> None:
    """The pauses between the tries double up to the cap; the fifth failure is the last."""
    spec = ServiceSpec(name="broken", title="Broken", command=python(_CRASHES), restart=_POLICY)
    with Rig(_never_ready(spec)) as rig:
        rig.supervisor.start("broken")
        status = rig.wait("broken", ServiceState.FAILED, timeout=30)
        paused = [at for at, _ in rig.entered("broken", ServiceState.BACKOFF)]
        tried = [at for at, _ in rig.entered("broken", ServiceState.STARTING)]
        assert len(tried) == 5, f"{len(tried)} tries"
        pauses = [again - at for at, again in zip(paused, tried[1:], strict=True)]
        for pause, meant in zip(pauses, (0.1, 0.2, 0.4, 0.4), strict=True):
            assert meant <= pause <= meant + 2.0, f"{pauses} instead of 0.1 0.2 0.4 0.4"
            tally.sample("pause_too_long", pause - meant)
        assert status.problem is not None
        assert "exited with code 3" in status.problem.words, status.problem
        assert not status.alive
        assert not processes.of_run(rig.run)
        lines, _ = rig.logs.read(0, 100, "broken")
        assert [line.text for line in lines] == ["no such table: launcher"] * 5


def stable_time_forgives(tally: Tally) -> None:
    """More crashes than are allowed in a row, each after a stable time: it goes on for ever."""
    with tempfile.TemporaryDirectory(prefix="celery-launcher-r17-") as folder:
        there = Path(folder) / "ready"
        spec = ServiceSpec(
            name="steady",
            title="Steady",
            command=python(_STANDS, str(there)),
            probe=ProbeSpec(ProbeKind.TICK_FILE, target=str(there), starting_interval=0.02),
            restart=_POLICY,
        )
        with Rig(spec) as rig:
            rig.supervisor.start("steady")
            for _ in range(_POLICY.max_failures + 1):
                status = rig.wait("steady", ServiceState.READY)
                eventually(lambda: rig.status("steady").failures == 0, 10, "forgiveness")
                there.unlink()
                processes.end(status.pid or 0)
                rig.wait("steady", ServiceState.BACKOFF)
                assert rig.status("steady").failures == 1, "an old failure was counted again"
    tally.count("forgiven", _POLICY.max_failures + 1)


def worker_cannot_start(stack: Stack, tally: Tally) -> None:
    """The real worker: five tries, then FAILED with a reason; a new start tries anew."""
    since, began = 0, stack.began
    if stack.service("worker")["state"] == "failed":
        since, began = len(stack.changes), time.monotonic()
        stack.ask("start", service="worker")
    failed = stack.wait("worker", "failed", timeout=90, since=since)
    tally.sample("worker_given_up", failed.at - began)
    mine = [change for change in stack.changes[since:] if change.service == "worker"]
    tries = [change for change in mine if change.state == "starting"]
    assert len(tries) == 5, f"{len(tries)} tries: {mine}"
    paused = [change.at for change in mine if change.state == "backoff"]
    pauses = [again.at - at for at, again in zip(paused, tries[1:], strict=True)]
    for pause, meant in zip(pauses, (0.3, 0.6, 1.2, 2.4), strict=True):
        # Timed as the lines of `up` arrive: one that is read late shortens the next pause.
        assert meant - 0.2 <= pause <= meant + 2.0, f"{pauses} instead of 0.3 0.6 1.2 2.4"
    assert "exited with code" in failed.detail, failed.detail
    assert stack.services()["migrate"]["state"] == "done"


def _never_ready(spec: ServiceSpec) -> ServiceSpec:
    probe = ProbeSpec(ProbeKind.TICK_FILE, target="/nonexistent/ready", starting_interval=5.0)
    return replace(spec, probe=probe)
