"""What was tried and what was let through, as a row."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Attempts:
    """The attempts of one row; `let_through` holds words for what must not have succeeded."""

    row: str
    tried: int = 0
    let_through: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def note(self, words: str, *, through: bool) -> None:
        """One attempt."""
        self.tried += 1
        if through:
            self.let_through.append(words)

    def count(self, name: str) -> None:
        """Add one to a number that the row shows."""
        self.figures[name] = self.figures.get(name, 0) + 1

    def result(self) -> dict[str, Any]:
        """The row as the command prints it."""
        shown = {"first_let_through": self.let_through[:5]} if self.let_through else {}
        return {
            "row": self.row,
            "holds": self.tried > 0 and not self.let_through,
            "tried": self.tried,
            "let_through": len(self.let_through),
            "figures": {**self.figures, **shown},
        }


def basic(user: str, password: str) -> dict[str, str]:
    """The header of a login."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {login}"}


class Door:
    """One HTTP server, asked over a kept connection; redirects are answers, not followed."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host, self._port = where.hostname or "", where.port
        self._connection: HTTPConnection | None = None

    def ask(
        self, path: str, headers: dict[str, str] | None = None, method: str = "GET"
    ) -> tuple[int, bytes]:
        """The status and the body."""
        for again in (True, False):
            if self._connection is None:
                self._connection = HTTPConnection(self._host, self._port, timeout=20)
            try:
                # Without a body: the dashboard waits 5 s for one that it did not want to read.
                self._connection.request(method, path, headers=headers or {})
                answer = self._connection.getresponse()
                return answer.status, answer.read()
            except OSError:
                # A kept connection that the other side closed is tried once more.
                self.close()
                if not again:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
