"""The scripted server in a process of its own, seen from the test that started it."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.helpers.programs import Program, environment
from tests.helpers.smtp import certificates
from tests.helpers.smtp.script import Answers


@dataclass(frozen=True)
class Taken:
    """One mail that the server took."""

    at: float
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    subject: str
    sha256: str
    source: bytes


class MailServer:
    """A context manager; what it took stands in a file that outlives every kill.

    `secure` offers STARTTLS and a login, with certificates of `authority`.
    """

    def __init__(self, *, secure: bool = False, keep: bool = False, delay: float = 0.0) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="celery-launcher-smtp-"))
        self._record = self._folder / "taken.jsonl"
        self._record.touch()
        self._words = ["--record", str(self._record), "--delay", str(delay)]
        self._words += ["--keep"] if keep else []
        self.authority: Path | None = None
        if secure:
            self.authority = certificates.make(self._folder / "certificates")
            self._words += ["--login", "--certificates", str(self._folder / "certificates")]
        self._program: Program | None = None
        self._control: socket.socket | None = None
        self.port = 0
        self.tls_port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it; at the second time on the port of the first."""
        command = [sys.executable, "-m", "tests.helpers.smtp", *self._words]
        self._program = Program([*command, "--port", str(self.port)], env=environment())
        told = json.loads(self._program.wait_for("{", 30).text)
        self.port, self.tls_port = told["port"], told["tls_port"]
        self._control = socket.create_connection(("127.0.0.1", told["control"]), 10)

    def kill(self) -> None:
        """kill -9."""
        if self._control is not None:
            self._control.close()
        if self._program is not None:
            self._program.kill()

    @property
    def pid(self) -> int:
        assert self._program is not None, "start it first"
        return self._program.pid

    @property
    def settings(self) -> str:
        """The end of settings.toml that sends all mail here."""
        host, security, user = "127.0.0.1", "none", ""
        if self.authority is not None:
            host, security, user = "localhost", "starttls", "ada"
        return (
            f'[mail]\nprofile = "scripted"\n[smtp.scripted]\nhost = "{host}"\n'
            f'port = {self.port}\nsecurity = "{security}"\nuser = "{user}"\n'
        )

    def script(self, answers: Answers, name: str = "") -> None:
        """What it says from now on, or to mails whose first recipient is `name` at anywhere."""
        self._order(do="script", script=dict(answers), name=name)

    def forget(self) -> None:
        """Behave."""
        self._order(do="forget")

    def hang_up(self) -> None:
        """Close every connection, so that the next mail begins with a greeting."""
        self._order(do="hang_up")

    def delay(self, seconds: float) -> None:
        """Wait so long before the last answer of each mail."""
        self._order(do="delay", seconds=seconds)

    def counts(self) -> dict[str, int]:
        """How many mails were taken, connections made, commands heard since its start."""
        return self._order(do="count")

    def taken(self) -> list[Taken]:
        """All that was ever taken, also before it was killed."""
        found = []
        for line in self._record.read_text(encoding="utf-8").splitlines():
            given = json.loads(line)
            found.append(
                Taken(
                    given["at"],
                    given["from"],
                    tuple(given["to"]),
                    given["message_id"],
                    given["subject"],
                    given["sha256"],
                    given.get("source", "").encode("latin-1"),
                )
            )
        return found

    def _order(self, **words: Any) -> dict[str, int]:
        assert self._control is not None, "start it first"
        self._control.sendall(json.dumps(words).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            got = self._control.recv(4096)
            assert got, "the scripted mail server has ended"
            answer += got
        told: dict[str, int] = json.loads(answer)
        return told


def doubles(taken: Iterable[Taken], but: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(Message-ID, recipient) of every second acceptance; those of ids in `but` do not count."""
    allowed = set(but)
    seen = Counter((mail.message_id, who) for mail in taken for who in mail.recipients)
    return [pair for pair, times in seen.items() if times > 1 and pair[0] not in allowed]
