"""The probers of all services, kept between questions so that their connections are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from launcher.core.events import ProbeAnswer
from launcher.core.protocols import Prober
from launcher.core.spec import ProbeSpec, ServiceSpec


@dataclass(frozen=True, slots=True)
class _Kept:
    spec: ProbeSpec
    prober: Prober
    asking: threading.Lock


class KeptProbers:
    """One question at a time a service, asked from whichever thread."""

    def __init__(self, make: Callable[[ServiceSpec], Prober]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def ask(self, spec: ServiceSpec) -> ProbeAnswer:
        """Put one question; waits for an earlier one to the same service."""
        replaced = None
        with self._lock:
            kept = self._kept.get(spec.name)
            if kept is None or kept.spec != spec.probe:
                replaced, kept = kept, _Kept(spec.probe, self._make(spec), threading.Lock())
                self._kept[spec.name] = kept
        if replaced is not None:
            with replaced.asking:  # its last question may be under way
                replaced.prober.close()
        with kept.asking:
            return kept.prober.probe()

    def forget(self, name: str) -> None:
        """Drop the connection to one service; waits for a question that is under way."""
        with self._lock:
            kept = self._kept.pop(name, None)
        if kept is not None:
            with kept.asking:  # its last question may be under way
                kept.prober.close()

    def close(self) -> None:
        """Drop all connections."""
        with self._lock:
            for kept in self._kept.values():
                kept.prober.close()
            self._kept.clear()
