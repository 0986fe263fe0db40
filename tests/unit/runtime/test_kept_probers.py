"""Probers between questions."""

from __future__ import annotations

import threading
from dataclasses import replace

from launcher.core.events import ProbeAnswer, ProbeOutcome
from launcher.core.spec import ProbeKind, ProbeSpec, ServiceSpec
from launcher.runtime.probes.kept import KeptProbers

FIRST = ServiceSpec("django", "Django", probe=ProbeSpec(ProbeKind.HTTP_IDENTITY, target="one"))
MOVED = replace(FIRST, probe=replace(FIRST.probe, target="two"))


class SlowProber:
    """Answers once it may, and notes when it is closed."""

    def __init__(self, spec: ServiceSpec) -> None:
        self.target = spec.probe.target
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.happened: list[str] = []

    def probe(self) -> ProbeAnswer:
        self.asked.set()
        if self.target == "one":
            self.may_answer.wait(5)
        self.happened.append("answered")
        return ProbeAnswer(ProbeOutcome.READY)

    def close(self) -> None:
        self.happened.append("closed")


def test_a_prober_is_kept_while_its_description_stays() -> None:
    made: list[SlowProber] = []

    def make(spec: ServiceSpec) -> SlowProber:
        made.append(SlowProber(spec))
        return made[-1]

    probers = KeptProbers(make)
    for _ in range(3):
        probers.ask(MOVED)
    assert len(made) == 1
    probers.close()
    assert made[0].happened == ["answered"] * 3 + ["closed"]


def test_a_prober_that_is_replaced_finishes_its_question_before_it_is_closed() -> None:
    made: list[SlowProber] = []

    def make(spec: ServiceSpec) -> SlowProber:
        made.append(SlowProber(spec))
        return made[-1]

    probers = KeptProbers(make)
    first = threading.Thread(target=probers.ask, args=(FIRST,))
    first.start()
    while not made:
        first.join(0.001)
    assert made[0].asked.wait(5)
    second = threading.Thread(target=probers.ask, args=(MOVED,))
    second.start()
    second.join(0.1)
    assert "closed" not in made[0].happened
    made[0].may_answer.set()
    first.join(5)
    second.join(5)
    assert made[0].happened == ["answered", "closed"]
