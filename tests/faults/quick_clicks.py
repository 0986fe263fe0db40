"""R18: quick clicks on Start and Stop, and a second launcher on the same home."""

from __future__ import annotations

import random
import threading
import time

from tests.faults.setting import Options, repeat_on_one_stack, stack_of
from tests.helpers import processes
from tests.helpers.measuring import Tally
from tests.helpers.programs import run_launcher
from tests.helpers.stack import GOOD, Stack
from tests.helpers.waiting import let_pass

CLICKS = 50
RAISE_LIMIT = 2.0
CLICKED = ("django", "catcher", "flower", "beat", "worker")
_RANDOM = random.Random(18)


def r18(options: Options) -> Tally:
    """Each repeat clicks on another service, every sixth on Start all and Stop all."""
    tally = Tally("R18", options.repeats)

    def trial(stack: Stack, tally: Tally) -> None:
        turn = tally.tried % (len(CLICKED) + 1)
        click(stack, tally, CLICKED[turn] if turn < len(CLICKED) else None)
        second_launcher(stack, tally)

    repeat_on_one_stack(tally, lambda: stack_of(options, "rabbitmq"), trial)
    return tally


def click(stack: Stack, tally: Tally, service: str | None, clicks: int = CLICKS) -> None:
    """Click at random moments; never two copies, and the last click wins. None: all services."""
    watched = [service] if service else [n for n in stack.services() if n != "migrate"]
    watch = _Watch(stack.run, watched)
    with watch:
        for number in range(clicks):
            verb = "start" if _RANDOM.random() < 0.5 else "stop"
            if number == clicks - 1:
                verb = "stop" if tally.tried % 2 else "start"
            stack.ask(verb, **({"service": service} if service else {}))
            let_pass(_RANDOM.choice((0, 0, 0.01, 0.05, 0.3)))
        last = time.monotonic()
        wanted = {"stopped"} if verb == "stop" else GOOD
        stack.until(
            lambda: all(stack.service(name)["state"] in wanted for name in watched),
            90,
            f"{service or 'all'} {verb}",
        )
        tally.sample("settled", time.monotonic() - last)
        let_pass(0.3)
    assert not watch.doubles, f"two copies: {watch.doubles[:3]}"
    assert watch.looks > clicks / 10, f"only {watch.looks} looks"
    for name in watched:
        found = stack.service(name)
        assert found["state"] in wanted, f"{name} is {found['state']} after {verb}"
        count = len(processes.copies(stack.run, name))
        assert count == (0 if verb == "stop" else 1), f"{count} copies of {name}"
    tally.count("clicks", clicks)
    tally.count("looks", watch.looks)
    stack.bring_up()


def second_launcher(stack: Stack, tally: Tally) -> None:
    """It ends at once with 4, the first answers `raise`, and nothing of the first changes."""
    before = stack.pids()
    began = time.monotonic()
    second = run_launcher("up", "--json", "--home", str(stack.home), "--broker", "embedded")
    tally.sample("second_ended", time.monotonic() - began)
    assert second.returncode == 4, f"{second.returncode}: {second.stderr}"
    assert str(stack.home) in second.stderr
    began = time.monotonic()
    answer = stack.ask("raise")
    took = time.monotonic() - began
    tally.sample("raise_answered", took * 1000, "ms", RAISE_LIMIT * 1000)
    assert "raised" in answer
    after = stack.pids()
    assert after == before, f"the first changed: {before} became {after}"


class _Watch:
    """Looks again and again, on a thread, how many copies of each service there are."""

    def __init__(self, run: str, services: list[str]) -> None:
        self.doubles: list[str] = []
        self.looks = 0
        self._run = run
        self._services = set(services)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)

    def _look(self) -> None:
        before: dict[str, set[int]] = {}
        while not self._over.wait(0.01):
            self.looks += 1
            now = {
                name: {process.pid for process in found}
                for name, found in processes.copies_by_service(self._run).items()
                if name in self._services
            }
            for name, pids in now.items():
                # Seen by two looks: a tree that is being ended shows its parts for a moment.
                both = pids & before.get(name, set())
                if len(both) > 1:
                    self.doubles.append(f"{name}: {sorted(both)}")
            before = now
