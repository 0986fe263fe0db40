"""The exchange lab of a run: opened on demand on a virtual host of its own, removed when closed.

Owns the life of that virtual host and of the thread that works on it. What a killed launcher left
is removed as soon as the broker is there at the next start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from launcher.runtime.management import Management, ManagementError

if TYPE_CHECKING:
    # At run time when a lab is first opened: no start waits for what most runs never use.
    from launcher.core.lab import Lab, LabConsumer, LabMessage, Settle
    from launcher.core.lab_events import LabEvent
    from launcher.core.state import ServiceStatus
    from launcher.runtime.lab_place import LabPlace
    from launcher.runtime.lab_thread import LabThread

END_LIMIT = 3.0
"""Seconds that the end of a run waits for a lab; what is left then goes at the next start."""
SWEEP_TRIES, SWEEP_PAUSE = 3, 3.0
"""The management may come up seconds after the broker."""


class LabRoom:
    """At most one lab at a time. `open` and `close` block; the rest returns at once.

    `management` gives a client of its own at every call, or None where the broker has none;
    `broker_url` is the AMQP URL of the run, whose login and virtual host are replaced.
    """

    def __init__(
        self,
        management: Callable[[], Management | None],
        broker_url: Callable[[], str],
        mark: str,
        note: Callable[[str], None],
    ) -> None:
        self._management = management
        self._broker_url = broker_url
        self._mark = mark
        self._note = note
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._place: LabPlace | None = None
        self._thread: LabThread | None = None
        self._was_there = False

    # -- its life -------------------------------------------------------------------------------

    def open(self, tell: Callable[[LabEvent], None]) -> None:
        """Make the virtual host and connect. Blocks; `tell` is told how it stands from then on.

        What fails is told as well, never raised. One that is open gives way to the new one.
        """
        from launcher.core.lab_events import LabPhase, LabStands  # noqa: PLC0415 - see above
        from launcher.core.lab_words import NO_BROKER  # noqa: PLC0415 - the same
        from launcher.runtime.lab_place import make_place, sweep  # noqa: PLC0415 - the same
        from launcher.runtime.lab_thread import LabThread  # noqa: PLC0415 - the same

        with self._lock:
            self._end()
            if self._closing.is_set():
                return
            client = self._management()
            if client is None:
                tell(NO_BROKER)
                return
            tell(LabStands(LabPhase.OPENING))
            try:
                sweep(client, self._mark)
                self._place = make_place(client, self._mark)
            except ManagementError as error:
                tell(LabStands(LabPhase.FAILED, error.words, error.remedy))
                return
            finally:
                client.close()
            url = _replaced(self._broker_url(), self._place)
            thread = self._thread = LabThread(url, self._place.name, tell, self._note)
            thread.start()

    def close(self, *, for_good: bool = False) -> None:
        """End the connections and remove the virtual host. Blocks up to some seconds.

        `for_good`: the run ends, nothing is opened any more.
        """
        if for_good:
            self._closing.set()
        # Held by a sweep that waits for a broker that hangs: then it is left to the next start.
        if self._lock.acquire(timeout=END_LIMIT):
            try:
                self._end()
            finally:
                self._lock.release()

    def observe(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """`launcher.core.protocols.StatusObserver`: the broker that comes up is swept, once."""
        there = "rabbitmq" in statuses and statuses["rabbitmq"].satisfies
        came, self._was_there = there and not self._was_there, there
        if came and not self._closing.is_set():
            threading.Thread(target=self.sweep, name="lab-sweep", daemon=True).start()

    def sweep(self) -> None:
        """Remove what earlier runs of this home left. Blocks; never raises."""
        from launcher.runtime.lab_place import lessons_mark, sweep  # noqa: PLC0415 - as above

        for _ in range(SWEEP_TRIES):
            with self._lock:
                if self._lives:
                    return
                client = self._management()
                if client is None:
                    return
                try:
                    removed = [*sweep(client, self._mark), *sweep(client, lessons_mark(self._mark))]
                except ManagementError:
                    # No word to the user, who asked for no lab: a broker elsewhere may well have no
                    # management, and opening a lab tries again and says why it fails.
                    pass
                else:
                    if removed:
                        self._note(f"removed what an exchange lab left: {', '.join(removed)}")
                    return
                finally:
                    client.close()
            if self._closing.wait(SWEEP_PAUSE):
                return

    # -- what is done in it ---------------------------------------------------------------------

    def apply(self, lab: Lab) -> None:
        """Make the lab's exchange, queues and bindings stand."""
        if (thread := self._thread) is not None:
            thread.apply(lab)

    def send(self, message: LabMessage, count: int = 1) -> None:
        """Publish a message so many times."""
        if (thread := self._thread) is not None:
            thread.send(message, count)

    def consume(self, consumer: LabConsumer) -> None:
        """Begin to consume."""
        if (thread := self._thread) is not None:
            thread.consume(consumer)

    def cut(self, name: str, words: str) -> None:
        """End a consumer as a kill would: its connection is cut. `words` say why."""
        if (thread := self._thread) is not None:
            thread.cut(name, words)

    def settle(self, name: str, tag: int, how: Settle) -> None:
        """Have a consumer settle a message that it holds."""
        if (thread := self._thread) is not None:
            thread.settle(name, tag, how)

    def purge(self, queue: str) -> None:
        """Drop what waits in a queue."""
        if (thread := self._thread) is not None:
            thread.purge(queue)

    def watch(self, *, watched: bool) -> None:
        """Whether anybody looks."""
        if (thread := self._thread) is not None:
            thread.watch(watched=watched)

    def _end(self) -> None:
        thread, self._thread = self._thread, None
        place, self._place = self._place, None
        if thread is not None:
            thread.end()
            thread.join(END_LIMIT)
        if place is not None:
            self._remove(place.name)

    @property
    def _lives(self) -> bool:
        return self._thread is not None and not self._thread.ended

    def _remove(self, name: str) -> None:
        from launcher.runtime.lab_place import remove_place  # noqa: PLC0415 - as above

        client = self._management()
        if client is None:
            return
        try:
            remove_place(client, name)
        except ManagementError as error:
            self._note(f"WARNING the lab {name} stays until the next start: {error}")
        finally:
            client.close()


def _replaced(url: str, place: LabPlace) -> str:
    """The broker's URL with the lab's own login and virtual host."""
    parts = urlsplit(url)
    name, password = quote(place.name, safe=""), quote(place.password, safe="")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{name}:{password}@{host}", f"/{name}", parts.query, ""))
