"""What `up` says while everything runs: JSON for programs, lines for pipes and files.

A report is written by a thread of its own: a reader that is slow, or a terminal that is held with
Ctrl-S, must never hold up the services. `launcher.cli.live_table` is the report of a terminal.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping

import click

from launcher.cli.options import emit, say, utc
from launcher.core.checks import Verdict
from launcher.core.explain import Explanation, explain
from launcher.core.state import ServiceStatus
from launcher.session import Left, Session

_LAST_WORDS_S = 2.0
"""How long the end waits for a reader that does not read."""

COLOURS: Mapping[str, str] = {
    "ready": "green",
    "working": "blue",
    "waiting": "bright_black",
    "trouble": "yellow",
    "failed": "red",
    "outside": "magenta",
    "done": "green",
    "off": "bright_black",
}
"""Of each tone, by the names that click and rich share."""


class Report:
    """Tells each change of a state once, in its order.

    `gone` is called when nobody reads any more. What subclasses write, they `put` as a call.
    """

    def __init__(self, session: Session, gone: Callable[[], None]) -> None:
        self._session = session
        self._gone = gone
        self._seen: dict[str, tuple[str, int, str]] = {}
        self._titles = {name: spec.title for name, spec in session.specs().items()}
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="report", daemon=True)

    # -- what happens, on whichever thread -----------------------------------------------------

    def begin(self) -> None:
        """Say what runs where, and begin to write."""
        self._writer.start()

    def observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Tell what changed. Called on the supervisor's thread, and never blocks."""
        known = self._session.specs()
        for name, status in statuses.items():
            if name not in known:  # a worker that was removed a moment ago
                continue
            trouble = status.problem.words if status.problem and status.degraded else ""
            key = (status.state.value, status.epoch, trouble)
            if self._seen.get(name) == key:
                continue
            first = name not in self._seen
            self._seen[name] = key
            if not (first and status.epoch == 0):
                self.changed(name, status)

    def changed(self, name: str, status: ServiceStatus) -> None:
        """Tell one change."""
        raise NotImplementedError

    def notice(self, words: str) -> None:
        """Tell something that belongs to no state."""
        raise NotImplementedError

    def stopping(self) -> None:
        """Tell that the ordered stop begins."""

    def ended(self, left: Left) -> None:
        """Tell what is left; both should be 0."""

    def end(self, left: Left) -> None:
        """Tell what is left, and wait until all is written, or nobody reads it."""
        self.ended(left)
        self._calls.put(None)
        self._writer.join(_LAST_WORDS_S)

    # -- writing -------------------------------------------------------------------------------

    def put(self, call: Callable[[], None]) -> None:
        """Have `call` write, after all that was put before."""
        self._calls.put(call)

    def tick(self) -> float | None:
        """Seconds after which `redraw` is called although nothing happened; None: never."""
        return None

    def redraw(self) -> None:
        """Show how it stands now; called when there is nothing more to be written."""

    def _write(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A pipe of an old Windows has no letters for the marks: a sign in their place is better
            # than an error.
            sys.stdout.reconfigure(errors="replace")
        readable = True
        while True:
            try:
                call = self._calls.get(timeout=self.tick())
            except queue.Empty:
                call = _nothing
            if call is None:
                return
            if not readable:
                continue
            try:
                call()
                if self._calls.empty():
                    self.redraw()
                sys.stdout.flush()
            except OSError:
                readable = False
                _let_stdout_go()
                self._gone()

    def _told(self, name: str, status: ServiceStatus) -> Explanation:
        specs = self._session.specs()
        return explain(specs[name], status, self._session.now(), self._titles)


class JsonReport(Report):
    """One object a line for programs; the exit code says the rest."""

    def changed(self, name: str, status: ServiceStatus) -> None:
        """A state that was entered."""
        change = {
            "at": utc(),
            "service": name,
            "state": status.state.value,
            "pid": status.pid,
            "detail": why(self._told(name, status)),
        }
        self.put(lambda: emit(change))

    def notice(self, words: str) -> None:
        """Kept apart from what the program reads."""
        self.put(lambda: say(words))


class PlainReport(Report):
    """Readable lines, each of them whole by itself, so that they can be kept and searched."""

    def __init__(self, session: Session, gone: Callable[[], None]) -> None:
        super().__init__(session, gone)
        self._colour = sys.stdout.isatty() and wants_colour()
        self._began = session.now()

    def begin(self) -> None:
        """What runs where."""
        for line in opening(self._session):
            self._line(line)
        super().begin()

    def notice(self, words: str) -> None:
        """With the mark of a warning."""
        self._line(f"▲ {words}")

    def changed(self, name: str, status: ServiceStatus) -> None:
        """When, which, what, why, and where it is."""
        told = self._told(name, status)
        head = f"{told.shape} {told.headline:<16}"
        if self._colour:
            head = click.style(head, fg=COLOURS[told.tone.value])
        spec = self._session.specs()[name]
        link = spec.links[0].url if spec.links and status.satisfies else ""
        tail = " ".join(part for part in (why(told), link) if part)
        seconds = self._session.now() - self._began
        self._line(f"{seconds:7.2f} s  {spec.title:<19} {head} {tail}".rstrip())

    def stopping(self) -> None:
        """It takes seconds."""
        self._line("Stopping in order …")

    def ended(self, left: Left) -> None:
        """Both should be 0."""
        self._line(last_words(left))

    def _line(self, words: str) -> None:
        self.put(lambda: click.echo(words))


def why(told: Explanation) -> str:
    """The sentence why, and the remedy."""
    if not told.remedy:
        return told.sentence
    return f"{told.sentence.rstrip('.')}. {told.remedy}"


def opening(session: Session) -> list[str]:
    """What runs where, and what had to give way."""
    return [
        f"Celery Launcher {session.version} · {session.home}",
        session.broker_words,
        *(f"▲ {notice.words}" for notice in session.notices()),
        *(
            f"▲ {check.fact} {check.remedy}".rstrip()
            for check in session.checks()
            if check.verdict is not Verdict.OK
        ),
    ]


def last_words(left: Left) -> str:
    """What is left of processes and ports."""
    return f"Stopped. {left.processes} processes and {left.ports} ports are left."


def wants_colour() -> bool:
    """Whether the user has not asked for none (https://no-color.org)."""
    return not os.environ.get("NO_COLOR")


def _nothing() -> None:
    """Nothing is to be written: it is time to look again."""


def _let_stdout_go() -> None:
    """Nobody reads it: what the interpreter flushes at its end goes nowhere, without a word."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
