"""What the launcher's own log tells of the services."""

from __future__ import annotations

from launcher.core.state import Problem, ServiceState, ServiceStatus
from launcher.runtime.journal import Journal

PROBLEM = Problem("Django exited with code 3 unexpectedly.", "See its log.")


def test_each_change_of_state_is_one_line_and_trouble_has_its_level() -> None:
    said: list[str] = []
    journal = Journal(said.append)
    for state, problem in (
        (ServiceState.STOPPED, None),
        (ServiceState.READY, None),
        (ServiceState.READY, None),
        (ServiceState.BACKOFF, PROBLEM),
        (ServiceState.FAILED, PROBLEM),
    ):
        journal({"django": ServiceStatus("django", state, problem=problem)})
    assert said == [
        "django: ready",
        "WARNING django: backoff: Django exited with code 3 unexpectedly.",
        "ERROR django: failed: Django exited with code 3 unexpectedly.",
    ]


def test_what_a_ready_service_does_not_do_is_a_line_and_so_is_its_end() -> None:
    said: list[str] = []
    journal = Journal(said.append)
    for problem in (None, PROBLEM, PROBLEM, None):
        journal({"django": ServiceStatus("django", ServiceState.READY, problem=problem)})
    assert said == [
        "WARNING django: ready: Django exited with code 3 unexpectedly.",
        "django: ready",
    ]
