"""Mails that waited for the worker go out as soon as it is there."""

from __future__ import annotations

import threading

from launcher.core.state import ServiceState, ServiceStatus
from launcher.runtime.early_relay import EarlyRelay
from tests.helpers.waiting import eventually


def statuses(django: ServiceState, worker: ServiceState) -> dict[str, ServiceStatus]:
    return {
        "django": ServiceStatus("django", state=django),
        "worker": ServiceStatus("worker", state=worker),
    }


BOTH = statuses(ServiceState.READY, ServiceState.READY)
ONE = statuses(ServiceState.READY, ServiceState.STARTING)


def test_it_relays_once_for_each_time_that_both_come_up() -> None:
    relayed: list[str] = []

    def relay() -> str:
        relayed.append(threading.current_thread().name)
        return ""

    early = EarlyRelay(relay, lambda: True, lambda _words: None)
    for seen in (ONE, BOTH, BOTH, ONE, BOTH):
        early(seen)
    eventually(lambda: len(relayed) == 2, 5, lambda: f"relayed: {relayed}")
    assert relayed == ["relay", "relay"]


def test_why_it_failed_is_noted() -> None:
    noted: list[str] = []
    EarlyRelay(lambda: "Django is not ready yet.", lambda: True, noted.append)(BOTH)
    eventually(lambda: noted, 5, "a note")
    assert noted[0].startswith("WARNING ")
    assert noted[0].endswith("Django is not ready yet.")


def test_it_does_not_relay_while_everything_is_being_stopped() -> None:
    asked: list[str] = []

    def wanted() -> bool:
        asked.append("wanted")
        return False

    EarlyRelay(lambda: "", wanted, lambda _words: None)(BOTH)
    assert asked == ["wanted"]
    assert "relay" not in {thread.name for thread in threading.enumerate()}
