"""Carries out what touches the services themselves: starting, a step of a stop, a probe.

What may take time runs in the background, stops apart from probes: a service that leaves its
probes hanging must not hold up its own end. Every outcome is posted back as an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from launcher.core.events import (
    Event,
    Exited,
    LineMatched,
    ProbeAnswer,
    Probed,
    ProbeOutcome,
    Spawned,
    SpawnFailed,
)
from launcher.core.protocols import ChildProcess, Prober, ProcessRunner
from launcher.core.spec import LineWatch, ServiceSpec
from launcher.core.state import Problem
from launcher.paths import program
from launcher.runtime.probes.kept import KeptProbers

_THREADS = 12
"""In each pool: one for every service."""


class Effects:
    """Called from the supervisor's thread alone; nothing here blocks it.

    `post` takes events and `unexpected` what went wrong in the background, both from any thread.
    """

    def __init__(
        self,
        runner: ProcessRunner,
        make_prober: Callable[[ServiceSpec], Prober],
        post: Callable[[str, Event], None],
        unexpected: Callable[[Exception], None],
    ) -> None:
        self._runner = runner
        self._post = post
        self._unexpected = unexpected
        self._children: dict[str, tuple[int, ChildProcess]] = {}
        self._probers = KeptProbers(make_prober)
        self._probing = ThreadPoolExecutor(_THREADS, thread_name_prefix="probe")
        self._stopping = ThreadPoolExecutor(_THREADS, thread_name_prefix="stop")

    def spawn(self, spec: ServiceSpec, generation: int) -> None:
        """Start the process, on this very thread: on Linux it is tied to it."""

        def on_watch(watch: LineWatch, groups: Iterable[str]) -> None:
            problem = Problem(watch.words.format(*groups), watch.remedy) if watch.words else None
            self._post(spec.name, LineMatched(generation, watch.meaning, problem))

        def on_exit(code: int) -> None:
            self._post(spec.name, Exited(generation, code))

        try:
            child = self._runner.spawn(spec, on_watch, on_exit)
        except (OSError, ValueError) as error:  # ValueError: of a word that no process can be given
            what = getattr(error, "filename", None) or spec.command[0]
            why = getattr(error, "strerror", None) or error
            problem = Problem(
                f"{spec.title} cannot be started: {what}: {why}.",
                f"Run {program()} doctor.",
            )
            self._post(spec.name, SpawnFailed(generation, problem))
            return
        self._children[spec.name] = (generation, child)
        self._post(spec.name, Spawned(generation, child.pid))

    def stop_step(self, spec: ServiceSpec, generation: int, index: int) -> None:
        """Do one step of the stop plan; ending a tree looks through all processes."""
        known = self._children.get(spec.name)
        if known is not None and known[0] == generation:
            child, action = known[1], spec.stop.steps[index].action
            self._in(self._stopping, lambda: child.act(action))

    def probe(self, spec: ServiceSpec, epoch: int) -> None:
        """Ask the service whether it is ready."""

        def ask() -> None:
            # A question without an answer would be the service's last: none is asked beside it.
            answer = ProbeAnswer(ProbeOutcome.NOT_READY, "could not be asked")
            try:
                answer = self._probers.ask(spec)
            finally:
                told = Probed(epoch, answer.outcome, answer.detail, answer.problem)
                self._post(spec.name, told)

        self._in(self._probing, ask)

    def forget(self, names: Iterable[str]) -> None:
        """Drop what is kept of services that are no more."""
        for name in names:
            self._children.pop(name, None)
            self._in(self._probing, partial(self._probers.forget, name))

    def close(self) -> None:
        """Drop the probes' connections and what has not begun; the processes are left alone."""
        self._probers.close()
        for pool in (self._probing, self._stopping):
            pool.shutdown(wait=False, cancel_futures=True)

    def _in(self, pool: ThreadPoolExecutor, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - the pool would swallow it
                self._unexpected(error)

        pool.submit(guarded)
