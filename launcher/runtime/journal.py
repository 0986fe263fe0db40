"""Keeps the history of the services in the launcher's own log: one line a change of state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from launcher.core.state import ServiceState, ServiceStatus


class Journal:
    """`launcher.core.protocols.StatusObserver` that hands each change, in words, to `note`."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._before: Mapping[str, ServiceStatus] = {}

    def __call__(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Note every service whose state is another one than at the last call,
        or that is up and has another problem."""
        before, self._before = self._before, statuses
        for name, status in statuses.items():
            earlier = before.get(name)
            if earlier is None or _seen(earlier) == _seen(status):
                continue
            words = f"{name}: {status.state}"
            if status.problem is not None:
                level = "ERROR " if status.state is ServiceState.FAILED else "WARNING "
                words = f"{level}{words}: {status.problem.words}"
            self._note(words)


def _seen(status: ServiceStatus) -> tuple[ServiceState, str]:
    """What makes a line."""
    return status.state, status.problem.words if status.problem and status.degraded else ""
