"""R1: kill -9 of the launcher. R4: kill -9 of one of its services."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from pathlib import Path

from launcher.core.spec import RestartPolicy
from launcher.mail import Draft
from launcher.paths import Home
from tests.faults.setting import Options, repeat_on_one_stack, stack_of
from tests.helpers import processes, rabbit
from tests.helpers.measuring import Tally
from tests.helpers.stack import Stack

GONE_LIMIT = 5.0
RESTART_LIMIT = 3.0
STABLE = RestartPolicy().stable_after + 0.2
RESTARTED = ("django", "flower", "beat", "catcher")


def r1(options: Options) -> Tally:
    """Each start is also the clean start after the kill before: the home is the same."""
    tally = Tally("R1", options.repeats)
    folder = Path(tempfile.mkdtemp(prefix="celery-launcher-r1-"))
    try:
        broker = options.broker_or("rabbitmq")
        env = rabbit.leaving_strays(folder / "rabbitmq") if broker == "rabbitmq" else None
        while tally.tried < tally.repeats:
            stack = stack_of(options, "rabbitmq", home=folder / "home", env=env)
            with tally.trial():
                kill_launcher(stack, tally)
            stack.clear_away()
        with tally.trial(), stack_of(options, "rabbitmq", home=folder / "home", env=env):
            pass
        tally.tried -= 1  # the last start is the proof of the repeat before it
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return tally


def kill_launcher(stack: Stack, tally: Tally) -> None:
    """Start all, kill the launcher, and see everything of it go."""
    began = time.monotonic()
    stack.start()
    stack.wait_all_ready()
    tally.sample("start", time.monotonic() - began)
    noted = processes.tree(stack.pid, stack.run)
    names = {mark.name for mark in noted}
    if stack.broker == "rabbitmq":
        assert {"beam.smp", "epmd"} <= names, f"only {names}"
        strays = [mark for mark in noted if mark.name == "sleep"]
        assert len(strays) == rabbit.STRAYS, f"the strays were not there to be found: {names}"
    tally.facts["processes"] = len(noted)
    killed = time.monotonic()
    stack.kill()
    stack.until(
        lambda: not processes.alive(noted),
        4 * GONE_LIMIT,
        f"{[str(mark) for mark in processes.alive(noted)]} gone",
    )
    tally.sample("gone", time.monotonic() - killed, limit=GONE_LIMIT)
    left = processes.of_run(stack.run)
    assert not left, f"left: {left}"


def r4(options: Options) -> Tally:
    """One repeat kills each of the four once."""
    tally = Tally("R4", options.repeats)
    repeat_on_one_stack(tally, lambda: stack_of(options, "rabbitmq"), kill_services)
    return tally


def kill_services(stack: Stack, tally: Tally) -> None:
    """Kill each service that is restarted alone; a mail is submitted before and after."""
    draft = Draft(("kept@example.com",), f"One row {secrets.token_hex(4)}", "Only once, please.")
    key = secrets.token_hex(8)
    first = stack.mail().submit(draft, key)
    for name in RESTARTED:
        kill_service(stack, tally, name)
    second = stack.mail().submit(draft, key)
    assert second.id == first.id, f"the same key made mail {second.id} beside {first.id}"
    rows = stack.mail().list(q=draft.subject).results
    stack.until(lambda: stack.mail().get(first.id).row.final, 30, "a final state")
    caught = [row for row in stack.mail().inbox().results if row.subject == draft.subject]
    tally.double += max(0, len(caught) - 1) + max(0, len(rows) - 1)
    tally.loss += 0 if caught else 1
    tally.count("mails")


def kill_service(stack: Stack, tally: Tally, name: str) -> None:
    """Kill one service and see it come back, and nothing else change."""
    # Earlier failures are forgotten after a stable time; before it a kill is part of a crash loop.
    stack.until(lambda: stack.service(name)["since_s"] > STABLE, STABLE + 5, f"{name} stable")
    before = stack.pids()
    pid = before[name]
    assert pid is not None
    since, killed, wall = len(stack.changes), time.monotonic(), time.time()
    processes.end(pid)
    back = stack.wait(name, "ready", since=since)
    seconds = back.at - killed
    tally.sample(name, seconds, limit=RESTART_LIMIT)
    if name == "beat":
        tick = Home(stack.home).run / "beat-tick.json"
        assert tick.stat().st_mtime > wall, "beat counts as ready by the tick of the killed one"
    after = stack.pids()
    assert after.pop(name) not in (None, before.pop(name))
    assert after == before, f"others changed: {before} became {after}"
