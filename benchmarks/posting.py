"""P6: how long a mail takes to be accepted when twenty clients send at once.

Saved durably, published with confirmation and delivered by the worker meanwhile, on a mail server
that takes half a second for each. Three peers save nothing: the real API's check of the request in
a plain view, and the tutorial's form, which publishes, on waitress and on runserver.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

from benchmarks import processes, stack
from benchmarks.row import Row
from launcher.core.facts import Endpoint
from launcher.core.spec import ServiceSpec
from launcher.runtime import port_choice
from launcher.services.plan import Plan

GOAL = (
    "POST of a mail at 20 clients, saved and published with confirm, SMTP taking 0.5 s: p99 <= 0.6 "
    "x that of the same request on plain waitress that saves nothing"
)
LIMIT = 0.6
REPEATS = 3
SECONDS = 6.0
SMTP_MS = 500
SERVICES = ("epmd", "rabbitmq", "migrate", "django", "worker", "beat")
DRAINED_LIMIT = 180.0
"""Seconds until the worker must have delivered what was saved in one run."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw in one run, in milliseconds."""

    p50_ms: float
    p99_ms: float
    worst_ms: float
    per_second: float
    saved: int
    refused: int
    """Answers other than the one that was to come."""

    @classmethod
    def of(cls, printed: bytes, good: str) -> Load:
        """From what `benchmarks.clients` prints."""
        told = json.loads(printed)
        took = sorted(told["ms"])
        return cls(
            p50_ms=median(took),
            p99_ms=quantiles(took, n=100)[98],
            worst_ms=took[-1],
            per_second=len(took) / SECONDS,
            saved=told["statuses"].get(good, 0),
            refused=sum(n for status, n in told["statuses"].items() if status != good),
        )


@dataclass(frozen=True, slots=True)
class Peer:
    """Another site: how it is started, what follows its address, and what it is asked."""

    command: tuple[str, ...]
    listen: str
    settings: str
    form: bool


PEERS = {
    "plain": Peer(
        ("waitress", "benchmarks.plain_site:application"),
        "--listen={}",
        "celerytutorial.settings",
        form=False,
    ),
    "tutorial_waitress": Peer(
        ("waitress", "--call", "--threads=8", "django.core.wsgi:get_wsgi_application"),
        "--listen={}",
        "benchmarks.tutorial_site",
        form=True,
    ),
    "tutorial_runserver": Peer(
        ("django", "runserver", "--noreload"), "{}", "benchmarks.tutorial_site", form=True
    ),
}


def measure(repeats: int | None) -> Row:
    """Take turns, compare medians."""
    own: list[Load] = []
    others: dict[str, list[Load]] = {name: [] for name in PEERS}
    busy: list[float] = []
    with stack.fresh_home() as home, _sink() as smtp_port:
        plan = stack.plan_of(home)
        place = home.root / "alone"
        place.mkdir()
        smtp = {"EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}"}
        specs = {
            name: replace(spec, environment={**spec.environment, **smtp})
            for name, spec in stack.specs_of(plan).items()
            if name in SERVICES
        }
        django = specs["django"]
        try:
            for spec in specs.values():
                _begin(spec, plan, place)
            for _ in range(repeats or REPEATS):
                for name, peer in PEERS.items():
                    with _peer(peer, django, plan) as port:
                        busy.append(processes.until_quiet())
                        others[name].append(_load(port, plan, form=peer.form))
                busy.append(processes.until_quiet())
                own.append(_load(plan.endpoints["django"].port, plan))
                _wait_delivered(django, plan, sum(load.saved for load in own))
        finally:
            stack.end_all(plan.run)
    return _row(own, others, busy)


def _begin(spec: ServiceSpec, plan: Plan, place: Path) -> processes.Process:
    process, watch, began = stack.begin_alone(spec, plan, place)
    if watch.wait(began + stack.READY_LIMIT) is None:
        raise RuntimeError(f"{spec.name} did not come up")
    return process


@contextlib.contextmanager
def _sink() -> Iterator[int]:
    process = processes.begin(
        [sys.executable, "-m", "benchmarks.sink", str(SMTP_MS)],
        environment=processes.plain_environment(),
        output=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        processes.end(process)


@contextlib.contextmanager
def _peer(peer: Peer, django: ServiceSpec, plan: Plan) -> Iterator[int]:
    """A peer on a port of its own, in the environment of our Django."""
    where = port_choice.resolve({"peer": Endpoint("127.0.0.1", 0)})["peer"]
    # waitress wants its options before the application, Django its address at the end.
    listen = peer.listen.format(where.text)
    program, *words = peer.command
    words = [listen, *words] if listen.startswith("--") else [*words, listen]
    process = processes.begin(
        [sys.executable, "-m", program, *words],
        environment={
            **stack.environment_of(plan),
            **django.environment,
            "DJANGO_SETTINGS_MODULE": peer.settings,
        },
        output=subprocess.DEVNULL,
    )
    try:
        if not processes.wait_for(lambda: not port_choice.is_free(where), stack.READY_LIMIT):
            raise RuntimeError(f"{program} did not come up with {peer.settings}")
        yield where.port
    finally:
        processes.end(process)


def _load(port: int, plan: Plan, *, form: bool = False) -> Load:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.clients", str(port), str(SECONDS)),
            *(["form"] if form else []),
        ],
        check=True,
        stdout=subprocess.PIPE,
        env=processes.plain_environment(LAUNCHER_API_TOKEN=plan.secrets["api_token"]),
    )
    return Load.of(done.stdout, "200" if form else "202")


def _wait_delivered(django: ServiceSpec, plan: Plan, count: int) -> None:
    """Until every mail was published and delivered: the next measurement finds nothing to do."""

    def delivered() -> bool:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.outbox", "rate"],
            check=True,
            capture_output=True,
            env={**stack.environment_of(plan), **django.environment},
        )
        states = json.loads(done.stdout)["states"]
        return bool(states == {"DELIVERED": count})

    if not processes.wait_for(delivered, DRAINED_LIMIT, every=3.0):
        raise RuntimeError(f"not all of {count} mails were delivered in {DRAINED_LIMIT:g} s")


def _row(own: list[Load], others: dict[str, list[Load]], busy: list[float]) -> Row:
    ours = median(load.p99_ms for load in own)
    theirs = {name: median(load.p99_ms for load in loads) for name, loads in others.items()}
    refused = sum(load.refused for loads in (own, *others.values()) for load in loads)
    noise = max(busy)
    return Row(
        row="P6",
        holds=ours <= LIMIT * theirs["plain"] and not refused,
        goal=GOAL,
        figures={
            "ratio": round(ours / theirs["plain"], 2),
            "ratio_to_tutorial_on_waitress": round(ours / theirs["tutorial_waitress"], 2),
            "ratio_to_tutorial_on_runserver": round(ours / theirs["tutorial_runserver"], 2),
            "p99_ms": round(ours, 1),
            "p50_ms": round(median(load.p50_ms for load in own), 1),
            "worst_ms": round(max(load.worst_ms for load in own), 1),
            "mails_per_second": round(median(load.per_second for load in own)),
            "mails_delivered": sum(load.saved for load in own),
            "answers_refused": refused,
            "repeats": len(own),
            "busy_before_percent": round(noise, 1),
        },
        peer={
            f"{name}_{key}": value
            for name, loads in others.items()
            for key, value in (
                ("p99_ms", round(theirs[name], 1)),
                ("p50_ms", round(median(load.p50_ms for load in loads), 1)),
                ("per_second", round(median(load.per_second for load in loads))),
            )
        },
        note="; ".join(
            [
                "plain: the same request to Django's default middleware, DRF's view and the real "
                "API's serializer, neither saved nor published, on waitress with its own four "
                "threads; tutorial: the printed form, published by delay() without confirmation "
                "and not saved; peers while the worker has nothing to do, ours while it delivers",
                *(["the machine was not idle"] if noise > 25 else []),
            ]
        ),
    )
