"""How a start went, told from statuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launcher.core.spec import ServiceSpec
from launcher.core.startup import Boot, StartRecord, boots, columns, critical_path
from launcher.core.state import ServiceState, ServiceStatus

S = ServiceState
SPECS = (
    ServiceSpec("broker", "Broker"),
    ServiceSpec("migrate", "Database"),
    ServiceSpec("web", "Web", depends_on=("migrate",)),
    ServiceSpec("worker", "Worker", depends_on=("broker", "migrate")),
)


def up(name: str, began: float, took: float, state: ServiceState = S.READY) -> ServiceStatus:
    return ServiceStatus(
        name, state, wanted=True, since=began + took, started_at=began, ready_after=took
    )


READY = {
    "broker": up("broker", 10.0, 3.0),
    "migrate": up("migrate", 10.0, 1.0, S.DONE),
    "web": up("web", 11.0, 1.5),
    "worker": up("worker", 13.0, 2.0),
}


def test_services_stand_behind_all_that_they_wait_for() -> None:
    assert columns(SPECS) == (("broker", "migrate"), ("web", "worker"))
    assert columns(()) == ()


def test_the_path_is_the_chain_that_ended_last() -> None:
    assert critical_path(SPECS, boots(READY)) == ("broker", "worker")
    slow_web = READY | {"web": up("web", 11.0, 9.0)}
    assert critical_path(SPECS, boots(slow_web)) == ("migrate", "web")


def test_there_is_no_path_while_a_boot_is_under_way() -> None:
    found = {**boots(READY), "worker": Boot(13.0)}
    assert critical_path(SPECS, found) == ()
    assert critical_path(SPECS, {}) == ()


def test_a_broker_that_runs_outside_is_no_part_of_the_path() -> None:
    outside = ServiceStatus("broker", S.EXTERNAL, wanted=True, since=10.0)
    assert critical_path(SPECS, boots(READY | {"broker": outside})) == ("migrate", "worker")


def test_what_does_not_run_has_no_boot() -> None:
    stopped = replace(READY["web"], state=S.STOPPED, wanted=False)
    failed = replace(READY["worker"], state=S.FAILED)
    assert set(boots(READY | {"web": stopped, "worker": failed})) == {"broker", "migrate"}


def test_the_record_is_fixed_when_all_were_ready_and_forgotten_when_all_stop() -> None:
    record = StartRecord()
    record.observe(READY | {"worker": ServiceStatus("worker", S.STARTING, True, started_at=13.0)})
    assert record.seconds is None
    assert record.boots["worker"].seconds is None
    record.observe(READY)
    assert record.seconds == pytest.approx(5.0)
    record.observe(READY | {"worker": up("worker", 900.0, 2.0)})  # restarted by the user
    assert record.seconds == pytest.approx(5.0)
    record.observe({name: ServiceStatus(name) for name in READY})
    assert record.seconds is None
    assert record.boots == {}
