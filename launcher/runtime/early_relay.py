"""Has the mails that waited for the worker sent as soon as it is there, not at the next tick."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from launcher.core.state import ServiceStatus

_NEEDED = ("django", "worker")


class EarlyRelay:
    """`launcher.core.protocols.StatusObserver` that relays when both are up.

    `relay` is called on a thread of its own and returns why it failed, or ""; `wanted` says whether
    it is of use still.
    """

    def __init__(
        self, relay: Callable[[], str], wanted: Callable[[], bool], note: Callable[[str], None]
    ) -> None:
        self._relay = relay
        self._wanted = wanted
        self._note = note
        self._could = False

    def __call__(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Relay once for every time that both come up."""
        could, self._could = (
            self._could,
            all(name in statuses and statuses[name].satisfies for name in _NEEDED),
        )
        if self._could and not could and self._wanted():
            threading.Thread(target=self._run, name="relay", daemon=True).start()

    def _run(self) -> None:
        error = self._relay()
        if error:
            self._note(f"WARNING the waiting mails were not published at once: {error}")
