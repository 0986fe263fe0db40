"""Probers without a library: a greeting, a list of names, a count in a file, a process alone."""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path

import psutil

from launcher.core.events import ProbeAnswer
from launcher.core.spec import ProbeSpec
from launcher.runtime.probes.answers import (
    FREE_THE_PORT,
    Secrets,
    conflict,
    json_object,
    network_words,
    not_ready,
    ready,
)

_TICK_LIMIT = 30.0
"""Seconds without a tick after which beat counts as not answering; its relay is due every 3 s."""


class ProcessAlone:
    """For services that are known by their process alone."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del spec, secrets

    def probe(self) -> ProbeAnswer:
        return ready()

    def close(self) -> None:
        """There is no connection."""


class SmtpGreeting:
    """A mail server whose greeting carries our run."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del secrets
        self._spec = spec
        host, _, port = spec.target.rpartition(":")
        self._address = (host, int(port))

    def probe(self) -> ProbeAnswer:
        try:
            with socket.create_connection(self._address, self._spec.timeout) as connection:
                file = connection.makefile("rwb")
                greeting = file.readline(1000).decode("ascii", "replace").strip()
                if self._spec.identity not in greeting:
                    return conflict(
                        f"Another program answers at {self._spec.target}.", FREE_THE_PORT
                    )
                file.write(b"EHLO launcher.localhost\r\n")
                file.flush()
                while (line := file.readline(1000)).startswith(b"250-"):
                    pass
                file.write(b"QUIT\r\n")
                file.flush()
                file.readline(1000)
        except OSError as error:
            return not_ready(network_words(error))
        return ready("answers EHLO") if line.startswith(b"250") else not_ready("refuses EHLO")

    def close(self) -> None:
        """The connection ends with the question."""


class TickFile:
    """Beat counts in a file each entry that it has sent; the count must grow."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del secrets
        self._spec = spec
        self._ticks = 0
        self._at = 0.0

    def probe(self) -> ProbeAnswer:
        try:
            tick = json_object(Path(self._spec.target).read_bytes())
        except OSError:
            return not_ready("its schedule has not ticked yet")
        ticks = tick.get("ticks")
        if tick.get("run") != self._spec.identity or not isinstance(ticks, int):
            return not_ready("its schedule has not ticked yet")
        pid = tick.get("pid")
        if isinstance(pid, int) and not psutil.pid_exists(pid):
            # Left by one that was killed: it says nothing about the one that runs now.
            return not_ready("its schedule has not ticked yet")
        now = time.monotonic()
        if ticks != self._ticks:
            self._ticks, self._at = ticks, now
        quiet = now - self._at
        if quiet > _TICK_LIMIT:
            return not_ready(f"its schedule has not ticked for {quiet:.0f} s")
        return ready(f"sent {ticks} {'entry' if ticks == 1 else 'entries'} of its schedule")

    def close(self) -> None:
        """There is no connection."""


class EpmdNames:
    """Erlang's port mapper lists the names it knows (request 110, `n`)."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        del secrets
        self._spec = spec
        host, _, port = spec.target.rpartition(":")
        self._address = (host, int(port))

    def probe(self) -> ProbeAnswer:
        try:
            with socket.create_connection(self._address, self._spec.timeout) as connection:
                connection.sendall(struct.pack("!HB", 1, 110))
                answer = connection.recv(4)
        except OSError as error:
            return not_ready(network_words(error))
        if len(answer) == 4 and struct.unpack("!I", answer)[0] == self._address[1]:
            return ready("answers")
        return conflict(f"Another program answers at {self._spec.target}.", FREE_THE_PORT)

    def close(self) -> None:
        """The connection ends with the question."""
