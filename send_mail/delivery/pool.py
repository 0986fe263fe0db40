"""Open connections that wait for the next mail: one conversation serves many mails.

A connection goes back after a mail when it stands where a next one may begin, and is dropped
when it has waited for too long or carried enough. Safe for threads and for greenlets.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from send_mail.delivery.conversation import Conversation
from send_mail.delivery.servers import Server, is_loopback
from send_mail.policy import PhaseLimits

IDLE_SECONDS = 10.0
"""Servers hang up on idle clients after a minute or more; ours is to be first."""
MAILS_A_CONNECTION = 100
"""A server that counts, Exchange and Postfix' limits for instance, allows at least so many."""
CONNECTIONS_ELSEWHERE = 10
"""At once to a server that is not on this machine: public ones refuse more (421) or slow down."""


class Pool:
    """The idle connections of this process, the most recently used ones first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Server, list[Conversation]] = {}
        self._sweeping = False
        self._places: dict[Server, threading.Semaphore] = {}

    @contextmanager
    def place(self, server: Server) -> Iterator[None]:
        """Have one of the connections that *server* may be asked for; waits for it."""
        if is_loopback(server.host):
            yield
            return
        with self._lock:
            places = self._places.setdefault(server, threading.Semaphore(CONNECTIONS_ELSEWHERE))
        with places:
            yield

    def take(self, server: Server, limits: PhaseLimits) -> Conversation | None:
        """Return an idle connection to *server* that is still good, None when there is none."""
        while True:
            with self._lock:
                waiting = self._idle.get(server)
                smtp = waiting.pop() if waiting else None
            if smtp is None:
                return None
            if time.monotonic() - smtp.idle_since < IDLE_SECONDS and smtp.is_quiet():
                smtp.limits = limits
                return smtp
            smtp.leave()

    def give_back(self, smtp: Conversation) -> None:
        """Keep a connection for the next mail; leaves it when it has carried enough."""
        smtp.mails += 1
        if smtp.sock is None or smtp.mails >= MAILS_A_CONNECTION:
            smtp.leave()
            return
        smtp.idle_since = time.monotonic()
        with self._lock:
            self._idle.setdefault(smtp.server, []).append(smtp)
            sweeps, self._sweeping = self._sweeping, True
        if not sweeps:
            self._sweep_later()

    def close(self) -> None:
        """Leave every idle connection."""
        self._drop(float("inf"))

    def _sweep_later(self) -> None:
        timer = threading.Timer(IDLE_SECONDS, self._sweep)
        timer.daemon = True
        timer.start()

    def _sweep(self) -> None:
        self._drop(time.monotonic() - IDLE_SECONDS / 2)
        with self._lock:
            self._sweeping = any(self._idle.values())
            again = self._sweeping
        if again:
            self._sweep_later()

    def _drop(self, before: float) -> None:
        with self._lock:
            old = [s for idle in self._idle.values() for s in idle if s.idle_since < before]
            for smtp in old:
                self._idle[smtp.server].remove(smtp)
        for smtp in old:
            smtp.leave()


idle_connections = Pool()
