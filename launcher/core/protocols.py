"""The borders of the core: what the runtime provides, and what tests replace by fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from launcher.core.events import ProbeAnswer
from launcher.core.logs import Level, LogRecord
from launcher.core.spec import LineWatch, ServiceSpec, StopAction
from launcher.core.state import ServiceStatus


class Clock(Protocol):
    """Where time comes from."""

    def monotonic(self) -> float:
        """Seconds that never jump; also counted while the machine sleeps where it can be."""
        ...


class ChildProcess(Protocol):
    """A living process of ours and its tree."""

    @property
    def pid(self) -> int:
        """Of the main process."""
        ...

    def act(self, action: StopAction) -> None:
        """Ask the process or its tree to end; never raises for one that is gone."""
        ...


class ProcessRunner(Protocol):
    """Starts processes and reports their lines and their end."""

    def spawn(
        self,
        spec: ServiceSpec,
        on_watch: Callable[[LineWatch, Sequence[str]], None],
        on_exit: Callable[[int], None],
    ) -> ChildProcess:
        """Start the process.

        Both callbacks come from other threads. `on_watch` gets the watch and the groups of its
        pattern; `on_exit` the exit code, once, when no process of the tree is left. Raises OSError
        when it cannot be started.
        """
        ...


class Prober(Protocol):
    """Asks one service whether it is ready; keeps its connection between questions."""

    def probe(self) -> ProbeAnswer:
        """Ask once; takes at most about the timeout of its ProbeSpec. Never raises."""
        ...

    def close(self) -> None:
        """Drop the connection, if any."""
        ...


class LineQuery(Protocol):
    """Which lines a reader wants."""

    @property
    def service(self) -> str | None:
        """Of this service alone; None: of all."""
        ...

    @property
    def level(self) -> Level:
        """The lowest level."""
        ...

    @property
    def needle(self) -> bytes:
        """Lower-case ASCII that every wanted text holds, in whatever case; b"" when unknown."""
        ...

    def wants_text(self, text: str) -> bool:
        """Whether a line of this text is wanted, service and level apart."""
        ...

    def may_be_in(self, lines: str) -> bool:
        """False when certainly none of these lines, joined by newlines, has a wanted text."""
        ...


class LogSource(Protocol):
    """Lines by position, as the Logs page and the terminal read them."""

    @property
    def end(self) -> int:
        """The position that the next line will get."""
        ...

    @property
    def begin(self) -> int:
        """The position of the oldest line that is still held."""
        ...

    def read(
        self, position: int, limit: int, service: str | None = None
    ) -> tuple[list[LogRecord], int]:
        """Up to `limit` lines from `position` on, and the position to go on from."""
        ...

    def find(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        """The positions of wanted lines from `position` on, and the position to go on from.

        Looks at about `limit` lines one by one; what can be skipped as a whole is not counted so.
        """
        ...

    def find_before(self, query: LineQuery, position: int, limit: int) -> tuple[list[int], int]:
        """The same towards the beginning: what stands before `position`, in rising order.

        The second value is where to go on before; the beginning is reached when it is `begin`.
        """
        ...


class StatusObserver(Protocol):
    """Is told every change; called on the supervisor's thread and must return at once."""

    def __call__(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """All services as they stand now."""
        ...
