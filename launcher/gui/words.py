"""Numbers and states as the pages say them; pure, so that every wording is tested as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from launcher.core.checks import CheckResult
from launcher.core.disk import size as size  # noqa: PLC0414 - of a mail, as of a folder
from launcher.core.explain import duration
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus


def memory(count: int) -> str:
    """Bytes in the largest unit that leaves a short number: "131 MB", "1.2 GB"."""
    if count < 1_000_000:
        return f"{count / 1_000:.0f} kB"
    if count < 1_000_000_000:
        return f"{count / 1_000_000:.0f} MB"
    return f"{count / 1_000_000_000:.1f} GB"


def percent(value: float) -> str:
    """A share of one core: "0.4 %", "12 %"."""
    return f"{value:.1f} %" if value < 9.95 else f"{value:.0f} %"


def uptime(seconds: float) -> str:
    """How long a process has run, to the minute: "up < 1 min", "up 12 min", "up 2 h 5 min"."""
    if seconds < 60:
        return "up < 1 min"
    # Below a hundred seconds `duration` counts them.
    return f"up {duration(seconds)}" if round(seconds) >= 100 else "up 1 min"


def counted(count: int, singular: str, plural: str = "") -> str:
    """A number and its noun: "1 error", "2 errors", "1,204,332 lines"."""
    noun = singular if count == 1 else plural or f"{singular}s"
    return f"{count:,} {noun}"


def listed(words: Iterable[str]) -> str:
    """ "Worker", "Worker and Flower", "Worker, Beat and Flower"."""
    *head, last = [*words] or [""]
    return f"{', '.join(head)} and {last}" if head else last


def check_words(check: CheckResult) -> str:
    """A check as one clause that names its subject: a fact may name it itself."""
    if check.name.split()[0] in check.fact:
        return check.fact
    return f"{check.name}: {check.fact}"


def check_brief(check: CheckResult) -> str:
    """The same without the path that a fact may end with: "Erlang 27.3.4"."""
    return check_words(check).partition(" at ")[0]


def services_summary(statuses: Mapping[str, ServiceStatus], took: float | None) -> str:
    """The line beside the title: how many are ready and, once all are, how long it took."""
    ready = sum(status.satisfies for status in statuses.values())
    if not any(status.wanted or status.alive or status.satisfies for status in statuses.values()):
        return "all stopped"
    words = f"{ready} of {len(statuses)} ready"
    return words if took is None else f"{words} · started in {duration(took)}"


def stop_summary(specs: Mapping[str, ServiceSpec], statuses: Mapping[str, ServiceStatus]) -> str:
    """How far an ordered stop has come: "Worker and Flower stopped; waits for RabbitMQ"."""
    statuses = {name: status for name, status in statuses.items() if name in specs}
    running = [specs[name].title for name, status in statuses.items() if status.alive]
    stopped = [
        specs[name].title
        for name, status in statuses.items()
        if not status.alive and status.state is ServiceState.STOPPED and status.generation
    ]
    if not running:
        return "Everything has stopped."
    waits = f"waits for {listed(running)}"
    return f"{listed(stopped)} stopped; {waits}." if stopped else f"Now it {waits}."
