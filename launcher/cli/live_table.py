"""`up` in a terminal: one table that stays in its place, and above it what must not be missed.

Drawn by rich, which knows terminals: their width, their colours, those that can do nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from launcher.cli.reports import COLOURS, Report, last_words, opening, why
from launcher.core.explain import Tone, duration
from launcher.core.state import ServiceState, ServiceStatus
from launcher.paths import program

if TYPE_CHECKING:
    from launcher.runtime.usage import Usage
    from launcher.session import Left, Session

SECOND_S, QUIET_S = 1.0, 10.0
"""How often it is drawn although nothing changed: while words count seconds, and otherwise."""
_IN_SECONDS = frozenset({ServiceState.STARTING, ServiceState.BACKOFF, ServiceState.STOPPING})
_WIDE = 100
"""Columns from which CPU and memory are shown."""
_LOUD = frozenset({Tone.FAILED, Tone.TROUBLE})


class LiveTable(Report):
    """One row a service, drawn anew at every change."""

    def __init__(
        self, session: Session, gone: Callable[[], None], console: Console | None = None
    ) -> None:
        super().__init__(session, gone)
        self._console = console or _console()
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False)
        self._statuses: Mapping[str, ServiceStatus] = session.statuses()
        self._usages: Mapping[str, Usage] = {}
        self._measured = float("-inf")
        self._foot = f"Ctrl-C stops everything in order. Logs: {program()} logs -f"

    # -- what happens --------------------------------------------------------------------------

    def begin(self) -> None:
        """What runs where, then the table."""
        for line in opening(self._session):
            self._above(line)
        self.put(self._live.start)
        super().begin()

    def observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Take in how the services stand."""
        super().observe(statuses)

        def take() -> None:
            self._statuses = statuses

        self.put(take)

    def changed(self, name: str, status: ServiceStatus) -> None:
        """What went wrong is told above in full, and stays."""
        told = self._told(name, status)
        if told.tone in _LOUD:
            title = self._session.specs()[name].title
            self._above(f"{told.shape} {title}: {why(told)}", COLOURS[told.tone.value])

    def notice(self, words: str) -> None:
        """Above as well."""
        self._above(f"▲ {words}", COLOURS["trouble"])

    def stopping(self) -> None:
        """The rows say how far it is."""

        def say() -> None:
            self._foot = "Stopping in order …"

        self.put(say)

    def ended(self, left: Left) -> None:
        """The table stays as it was last; below it what is left."""

        def finish() -> None:
            self._foot = last_words(left)
            self._draw()
            self._live.stop()

        self.put(finish)

    # -- drawing -------------------------------------------------------------------------------

    def tick(self) -> float:
        """Seconds count on while something starts, waits or ends."""
        busy = any(status.state in _IN_SECONDS for status in self._statuses.values())
        return SECOND_S if busy else QUIET_S

    def redraw(self) -> None:
        """Show how it stands now."""
        if self._live.is_started:
            self._measure()
            self._draw()

    def _draw(self) -> None:
        # The last line is not filled up: the "^C" that a terminal writes there must not wrap.
        foot = Text(self._foot, "dim", no_wrap=True, overflow="ellipsis")
        self._live.update(Group(self._table(), foot), refresh=True)

    def _measure(self) -> None:
        now = self._session.now()
        if self._console.width >= _WIDE and now - self._measured >= QUIET_S:
            self._measured = now
            self._usages = self._session.usage()

    def _above(self, words: str, style: str = "") -> None:
        self.put(lambda: self._console.print(Text(words, style), soft_wrap=True))

    def _table(self) -> Table:
        wide = self._console.width >= _WIDE
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
        table.add_column("Service", no_wrap=True)
        table.add_column("State", no_wrap=True)
        table.add_column("", no_wrap=True, ratio=1, overflow="ellipsis", style="dim")
        table.add_column("Since", no_wrap=True, justify="right")
        if wide:
            table.add_column("CPU", no_wrap=True, justify="right")
            table.add_column("MB", no_wrap=True, justify="right")
        for name, spec in self._session.specs().items():
            status = self._statuses.get(name)
            if status is not None:
                cells = self._row(name, status)
                table.add_row(Text(spec.title), *(cells if wide else cells[:3]))
        return table

    def _row(self, name: str, status: ServiceStatus) -> tuple[Text, ...]:
        told = self._told(name, status)
        spec = self._session.specs()[name]
        link = spec.links[0].url if spec.links and status.satisfies else ""
        words = " · ".join(part for part in (link, told.sentence) if part)
        began = status.started_at if status.started_at is not None else status.since
        runs = status.pid is not None
        usage = self._usages.get(name) if runs else None
        return (
            Text(f"{told.shape} {told.headline}", COLOURS[told.tone.value]),
            Text(words),
            Text(duration(self._session.now() - began) if runs else ""),
            Text(f"{usage.cpu_percent:.1f} %" if usage else ""),
            Text(f"{usage.memory_bytes / 1e6:.0f}" if usage else ""),
        )


def _console() -> Console:
    """The terminal as wide as it is: a COLUMNS that a shell has exported follows no resizing."""
    environ = {name: os.environ[name] for name in os.environ if name not in ("COLUMNS", "LINES")}
    return Console(highlight=False, markup=False, emoji=False, _environ=environ)
