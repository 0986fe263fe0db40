"""Starting over: broker, database or all of it goes, as if it had never been used.

Owns the order: say what goes, stop who uses it, remove it inside our own folder alone, start again
what was wanted. Settings, mail servers and passwords stay.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from launcher.core.disk import Entry, Scope, going, size
from launcher.core.facts import BrokerMode
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus
from launcher.live_plan import LivePlan
from launcher.paths import Home
from launcher.platform.system import System
from launcher.runtime import disk, instance
from launcher.runtime.disk import RemovalError
from launcher.runtime.logs import LogStore
from launcher.runtime.supervisor import Supervisor
from launcher.services.plan import Plan, shown_address
from launcher.settings import load

STOP_LIMIT = 30.0
"""Seconds for those who use what goes to stop; the longest stop plan takes 20."""
_KEPT = "Settings, mail servers and passwords are kept."
_WHAT = {
    Scope.BROKER: "All queues and messages go. Mails are kept, and those that wait are sent again.",
    Scope.DATABASE: "All mails go: drafts, the outbox, the inbox, templates and repeated mails.",
    Scope.ALL: "All queues and messages, all mails and all log files go.",
}


class StartOverError(Exception):
    """Nothing, or not all of it, was removed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Going:
    """What goes from a home, looked up on the disk. `note` says what does not go all the same."""

    home: Home
    scope: Scope
    entries: tuple[Entry, ...]
    note: str = ""

    @property
    def bytes(self) -> int:
        """All of it together."""
        return sum(entry.bytes for entry in self.entries)

    @property
    def words(self) -> str:
        """What that means, in a few sentences."""
        return " ".join(part for part in (_WHAT[self.scope], self.note, _KEPT) if part)

    @property
    def lines(self) -> tuple[str, ...]:
        """Each folder or file and its size, the largest first; the log files as one."""
        shown: dict[str, int] = {}
        for entry in self.entries:
            name = "logs/*.log" if entry.path[0] == "logs" else "/".join(entry.path)
            shown[name] = shown.get(name, 0) + entry.bytes
        largest = sorted(shown.items(), key=lambda one: -one[1])
        return tuple(f"{name} · {size(count)}" for name, count in largest)


def look(home: Home, scope: Scope, broker_elsewhere: str) -> Going:
    """What would go. Blocks on the disk. Raises StartOverError for a broker that is not ours.

    `broker_elsewhere` is the address of one that the user named by its URL, else "".
    """
    if broker_elsewhere and scope is Scope.BROKER:
        raise StartOverError(
            f"The broker at {broker_elsewhere} runs elsewhere and is not ours to empty. Remove its "
            "queues there, or choose another broker in the settings first."
        )
    note = f"The broker at {broker_elsewhere} is left as it is." if broker_elsewhere else ""
    return Going(home, scope, going(disk.entries(home.root), scope), note)


def remove_at_rest(home: Home, system: System, scope: Scope) -> Going:
    """Start over in a home with which nothing runs. Blocks.

    Raises AlreadyRunningError and StartOverError.
    """
    holder = instance.take(home, system, "")
    try:
        gone = look(home, scope, elsewhere(home))
        disk.remove(home.root, gone.entries)
    except RemovalError as error:
        raise StartOverError(str(error)) from error
    finally:
        holder.release()
    return gone


def elsewhere(home: Home) -> str:
    """Where the broker of the settings runs when it is not ours, else ""."""
    broker = load(home.settings_file)[0].broker
    return shown_address(broker) if "://" in broker else ""


class StartOver:
    """Starting over while services run. One at a time; methods block.

    `make_broker` puts on disk what the broker of a plan needs before anybody connects;
    `tasks_closed` keeps the history of tasks closed for a while.
    """

    def __init__(
        self,
        live: LivePlan,
        supervisor: Supervisor,
        logs: LogStore,
        make_broker: Callable[[Plan], None],
        tasks_closed: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._live = live
        self._make_broker = make_broker
        self._supervisor = supervisor
        self._logs = logs
        self._tasks_closed = tasks_closed
        self._one = threading.Lock()

    def look(self, scope: Scope) -> Going:
        """What would go. Raises StartOverError where the broker is not ours."""
        plan = self._live.now
        outside = plan.broker is BrokerMode.EXTERNAL
        address = shown_address(plan.settings.broker) if outside else ""
        return look(plan.home, scope, address)

    def run(self, scope: Scope, tell: Callable[[str], None] = lambda _words: None) -> Going:
        """Stop, remove, start again what was wanted; `tell` is told how far it has come.

        Raises StartOverError; what was stopped is started again then, too.
        """
        if not self._one.acquire(blocking=False):
            raise StartOverError("Starting over is under way already.")
        try:
            gone = self.look(scope)
            users = [spec.name for spec in self._live.specs if _uses(spec, scope)]
            wanted = [name for name in users if self._supervisor.statuses[name].wanted]
            self._stop(users, tell)
            # The embedded broker's files are made anew: who was connected would hear nothing.
            self._supervisor.drop_connections(users)
            try:
                tell("Removing …")
                # Looked up again: until it stopped, a service wrote.
                self._remove(self.look(scope))
            finally:
                tell("Starting again …")
                for name in wanted:
                    self._supervisor.start(name)
        finally:
            self._one.release()
        self._logs.note(f"started over: {scope.value}, {size(gone.bytes)} removed")
        return gone

    def _stop(self, users: list[str], tell: Callable[[str], None]) -> None:
        titles = {spec.name: spec.title for spec in self._live.specs}

        def stopped(statuses: Mapping[str, ServiceStatus]) -> bool:
            left = [name for name in users if not _at_rest(statuses[name])]
            if left:
                tell(f"Waiting for {', '.join(titles[name] for name in left)} to stop …")
            return not left

        # Those that are used come first in the list, and stop last.
        for name in reversed(users):
            self._supervisor.stop(name)
        if not self._supervisor.wait_until(stopped, STOP_LIMIT):
            left = [titles[name] for name in users if not _at_rest(self._supervisor.statuses[name])]
            raise StartOverError(
                f"{', '.join(left)} did not stop, so nothing was removed. End it, then try again."
            )

    def _remove(self, found: Going) -> None:
        try:
            with self._logs.files_closed(), self._tasks_closed():
                disk.remove(found.home.root, found.entries)
        except RemovalError as error:
            raise StartOverError(str(error)) from error
        finally:
            if found.scope is not Scope.DATABASE:
                self._make_broker(self._live.now)


def _uses(spec: ServiceSpec, scope: Scope) -> bool:
    """Whether a service may have something open of what goes."""
    return scope is not Scope.DATABASE or "DATABASE_URL" in spec.environment


def _at_rest(status: ServiceStatus) -> bool:
    return status.at_rest or (status.state is ServiceState.EXTERNAL and not status.wanted)
