"""One thread that applies the rules: post -> step -> effects -> publish. It never blocks.

Everything that may take time (probes, ending a tree) runs in the background and posts its outcome
back (`effects`). Processes are started on this thread, because on Linux they are tied to the thread
that started them.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from launcher.core.events import (
    ArmTimer,
    BeginProbe,
    DependenciesChanged,
    Effect,
    Event,
    Refuse,
    ResolvePorts,
    RestartRequested,
    RunStopStep,
    Spawn,
    StartRequested,
    StopRequested,
    Timer,
)
from launcher.core.graph import start_order, stoppable, waiting_on
from launcher.core.machine import step
from launcher.core.protocols import Clock, Prober, ProcessRunner, StatusObserver
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus
from launcher.runtime.clock import ClockJumps
from launcher.runtime.deadlines import Deadlines
from launcher.runtime.effects import Effects


@dataclass(frozen=True, slots=True)
class _Call:
    """Run something on the supervisor's thread."""

    function: Callable[[], None]


class Supervisor:
    """Keeps the services as they are wanted.

    `make_prober` gives the prober of a specification; `resolve_ports` is called on the supervisor's
    thread when a service lost its port, and returns the new specifications or raises OSError;
    `notice` gets sentences for the user, `unexpected` what must not happen. Public methods may be
    called from any thread and return at once.
    """

    def __init__(
        self,
        specs: Iterable[ServiceSpec],
        *,
        runner: ProcessRunner,
        make_prober: Callable[[ServiceSpec], Prober],
        clock: Clock,
        resolve_ports: Callable[[str], Iterable[ServiceSpec]],
        notice: Callable[[str], None],
        unexpected: Callable[[Exception], None],
        jumps: ClockJumps | None = None,
    ) -> None:
        self._specs = _in_order(specs)
        self._clock = clock
        self._resolve_ports = resolve_ports
        self._notice = notice
        self._unexpected = unexpected
        now = clock.monotonic()
        self._statuses: Mapping[str, ServiceStatus] = {
            name: ServiceStatus(name, since=now) for name in self._specs
        }
        self._inbox: queue.SimpleQueue[tuple[str, Event] | _Call | None] = queue.SimpleQueue()
        self._timers = Deadlines(clock)
        self._jumps = jumps or ClockJumps(clock)
        self._effects = Effects(runner, make_prober, self._post, unexpected)
        self._to_stop: set[str] = set()
        self._leaving: frozenset[str] = frozenset()
        self._ordering_stop = False
        self._observers: list[StatusObserver] = []
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    # -- from any thread -----------------------------------------------------------------------

    @property
    def specs(self) -> Mapping[str, ServiceSpec]:
        """The specifications by name, in start order."""
        return self._specs

    @property
    def statuses(self) -> Mapping[str, ServiceStatus]:
        """All services as they stand; never changed in place."""
        return self._statuses

    def run(self) -> None:
        """Start the thread."""
        self._thread.start()
        self._inbox.put(_Call(self._tell_dependents))

    def close(self) -> None:
        """End the thread; the services are left as they are, so stop them first."""
        self._inbox.put(None)
        self._thread.join(timeout=10)
        self._effects.close()

    def subscribe(self, observer: StatusObserver) -> Callable[[], None]:
        """Tell `observer` every change, and the present state at once; returns its cancellation."""

        def add() -> None:
            self._observers.append(observer)
            observer(self._statuses)

        def remove() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        self._inbox.put(_Call(add))
        return lambda: self._inbox.put(_Call(remove))

    def start(self, name: str) -> None:
        """Want the service, and all that it depends on."""
        self._inbox.put(_Call(lambda: self._start(name)))

    def stop(self, name: str) -> None:
        """Want the service no more."""
        self._inbox.put(_Call(lambda: self._stop_in_order([name])))

    def restart(self, name: str) -> None:
        """End the service and start it again."""
        self._post(name, RestartRequested())

    def start_all(self) -> None:
        """Want all services."""

        def start_each() -> None:
            for name in self._specs:
                self._start(name)

        self._inbox.put(_Call(start_each))

    def stop_all(self) -> None:
        """Stop all in the order that nobody loses what it depends on."""
        self._inbox.put(_Call(lambda: self._stop_in_order(self._specs)))

    def describe_anew(self, describe: Callable[[], Iterable[ServiceSpec]]) -> None:
        """Take other descriptions, made on this thread; what they change is restarted.

        A service that is new among them waits to be started; one that is missing is stopped, and
        forgotten once it has ended.
        """
        self._inbox.put(_Call(lambda: self._replace(describe(), asked_by="")))

    def drop_connections(self, names: Iterable[str]) -> None:
        """Have the next probe of each of these, which must be stopped, open a connection anew."""
        names = tuple(names)
        self._inbox.put(_Call(lambda: self._effects.forget(names)))

    def nudge(self) -> None:
        """Tell all observers the present state once more."""
        self._inbox.put(_Call(self._publish))

    def wait_until(
        self, condition: Callable[[Mapping[str, ServiceStatus]], bool], timeout: float | None
    ) -> bool:
        """Block the calling thread until the condition holds; False when it did not in time."""
        held = threading.Event()

        def observe(statuses: Mapping[str, ServiceStatus]) -> None:
            if condition(statuses):
                held.set()

        cancel = self.subscribe(observe)
        try:
            return held.wait(timeout)
        finally:
            cancel()

    def _post(self, name: str, event: Event) -> None:
        self._inbox.put((name, event))

    # -- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with contextlib.suppress(queue.Empty):
                message = self._inbox.get(timeout=self._timers.until_next())
                if message is None:
                    return
                if isinstance(message, _Call):
                    self._carefully(message.function)
                else:
                    self._carefully(partial(self._apply, *message))
            if self._jumps.noticed():
                # After a sleep nobody wants to see for seconds how things stood before it.
                self._timers.hasten(Timer.PROBE)
            for name, fired in self._timers.take_due():
                self._carefully(partial(self._apply, name, fired))

    def _carefully(self, function: Callable[[], None]) -> None:
        """What goes wrong with one event or observer keeps nothing else from being done."""
        try:
            function()
        except Exception as error:  # noqa: BLE001 - told, and the supervision goes on
            self._unexpected(error)

    def _apply(self, name: str, event: Event) -> None:
        before = self._statuses.get(name)
        if before is None:
            return
        result = step(self._specs[name], before, event, self._clock.monotonic())
        if result.status != before:
            self._statuses = {**self._statuses, name: result.status}
        for effect in result.effects:
            self._carry_out(name, effect)
        if replace(result.status, probing=before.probing) == before:
            # That a question was put, or answered as before, is nobody's news.
            return
        self._publish()
        if result.status.state is not before.state:
            self._tell_dependents()
            self._continue_stop()
            self._forget_those_that_left()

    def _carry_out(self, name: str, effect: Effect) -> None:
        match effect:
            case ArmTimer(epoch, timer, delay):
                self._timers.arm(name, timer, delay, epoch)
            case Spawn(generation):
                self._effects.spawn(self._specs[name], generation)
            case RunStopStep(generation, index):
                self._effects.stop_step(self._specs[name], generation, index)
            case BeginProbe(epoch):
                self._effects.probe(self._specs[name], epoch)
            case ResolvePorts():
                self._resolve(name)
            case Refuse(words):
                self._notice(words)

    def _publish(self) -> None:
        for observer in tuple(self._observers):
            self._carefully(partial(observer, self._statuses))

    def _tell_dependents(self) -> None:
        for name, spec in self._specs.items():
            now_waiting = waiting_on(spec, self._statuses)
            status = self._statuses[name]
            if now_waiting != status.waiting_on or status.dependencies_ready == bool(now_waiting):
                self._post(name, DependenciesChanged(now_waiting))

    # -- requests ------------------------------------------------------------------------------

    def _start(self, name: str) -> None:
        if name not in self._specs or name in self._leaving:
            return
        for dependency in self._specs[name].depends_on:
            if not self._statuses[dependency].wanted:
                self._start(dependency)
        self._to_stop.discard(name)
        self._apply(name, StartRequested())

    def _stop_in_order(self, names: Iterable[str]) -> None:
        self._to_stop.update(names)
        self._continue_stop()

    def _continue_stop(self) -> None:
        if self._ordering_stop:
            return
        self._ordering_stop = True  # _apply comes back here while only some have been told
        while now := stoppable(self._specs.values(), self._statuses, self._to_stop):
            for name in now:
                self._apply(name, StopRequested())
            self._to_stop -= now
        self._ordering_stop = False

    def _resolve(self, name: str) -> None:
        try:
            specs = self._resolve_ports(name)
        except OSError as error:
            # It keeps its port, meets the other program there once more, and then fails in words.
            title = self._specs[name].title
            self._notice(f"{title} could not be given another port: {error.strerror or error}.")
            return
        self._replace(specs, asked_by=name)

    def _replace(self, specs: Iterable[ServiceSpec], *, asked_by: str) -> None:
        """Take new specifications; a running service whose own changed is restarted.

        The one that asked is about to start anyway.
        """
        before, after = self._specs, _in_order(specs)
        now = self._clock.monotonic()
        added = {n: ServiceStatus(n, since=now) for n in after if n not in self._statuses}
        leaving = {name: spec for name, spec in before.items() if name not in after}
        self._leaving = frozenset(leaving)
        known = {**self._statuses, **added}
        self._statuses = {name: known[name] for name in (*after, *leaving)}
        # Those who look at a service's specification find one for every status.
        self._specs = {**after, **leaving}
        for name, spec in after.items():
            running = self._statuses[name].state in _RUNNING
            if running and name != asked_by and name in before and spec != before[name]:
                self._post(name, RestartRequested())
        if added or leaving:
            self._tell_dependents()
            self._stop_in_order(leaving)
            self._forget_those_that_left()
            self._publish()

    def _forget_those_that_left(self) -> None:
        left = {name for name in self._leaving if self._statuses[name].at_rest}
        if left:
            self._leaving -= left
            self._statuses = {n: one for n, one in self._statuses.items() if n not in left}
            self._specs = {n: one for n, one in self._specs.items() if n not in left}
            self._effects.forget(left)
            self._publish()


_RUNNING = frozenset({ServiceState.STARTING, ServiceState.READY, ServiceState.UNHEALTHY})


def _in_order(specs: Iterable[ServiceSpec]) -> dict[str, ServiceSpec]:
    by_name = {spec.name: spec for spec in specs}
    return {name: by_name[name] for name in start_order(by_name.values())}


def all_at_rest(statuses: Mapping[str, ServiceStatus]) -> bool:
    """Whether nothing of ours lives or is about to."""
    return all(
        status.at_rest or (status.state is ServiceState.EXTERNAL and not status.wanted)
        for status in statuses.values()
    )
