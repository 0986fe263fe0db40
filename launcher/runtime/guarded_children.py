"""Children that cannot outlive the launcher unseen: the guard knows each, and each is on file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from launcher.core.spec import LineWatch, ServiceSpec
from launcher.platform.system import System
from launcher.runtime.guard import Guard
from launcher.runtime.instance import Instance
from launcher.runtime.logs import LogStore
from launcher.runtime.process import Child, Children


class GuardedChildren:
    """`launcher.core.protocols.ProcessRunner`; the guard starts before the first child.

    A run that starts nothing needs no guard and has none; nor has one on Windows, where the system
    itself ends what a launcher leaves.
    """

    def __init__(
        self, system: System, instance: Instance, logs: LogStore, make_guard: Callable[[], Guard]
    ) -> None:
        self._needs_guard = system.needs_guard
        self._instance = instance
        self._make_guard = make_guard
        self._guard: Guard | None = None
        self._children = Children(system, instance.run, logs, self._began, self._ended)

    def spawn(
        self,
        spec: ServiceSpec,
        on_watch: Callable[[LineWatch, Sequence[str]], None],
        on_exit: Callable[[int], None],
    ) -> Child:
        """Start the process. Raises OSError when it, or the guard, cannot be started."""
        if self._guard is None and self._needs_guard:
            self._guard = self._make_guard()
        return self._children.spawn(spec, on_watch, on_exit)

    def dismiss_guard(self) -> None:
        """End the guard, which first ends what is left; blocks for a moment."""
        if self._guard is not None:
            self._guard.dismiss()

    def _began(self, pid: int) -> None:
        if self._guard is not None:
            self._guard.watch(pid)
        self._instance.began(pid)

    def _ended(self, pid: int) -> None:
        if self._guard is not None:
            self._guard.forget(pid)
        self._instance.ended(pid)
