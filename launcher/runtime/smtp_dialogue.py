"""The client's side of an SMTP conversation, every line of it told, the password masked."""

from __future__ import annotations

import base64
import contextlib
import hmac
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

MASK = "****"
_OURS = ("PLAIN", "LOGIN", "CRAM-MD5")
"""The logins by a password that are spoken, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line: of the client (C), of the server (S), or what happened between them (*)."""

    who: Literal["C", "S", "*"]
    text: str

    @property
    def words(self) -> str:
        """As it is shown."""
        return f"{self.who}: {self.text}"


class Dialogue(smtplib.SMTP):
    """smtplib's protocol over a connection that somebody else made; see `use`.

    What must not be seen is replaced in both directions: a server may quote what it was told.
    """

    def __init__(self, host: str, user: str, password: str, tell: Callable[[Said], None]) -> None:
        super().__init__(local_hostname="localhost")
        self._name = host
        self._login, self._password = user, password
        self._tell = tell
        self._hiding = False
        self._secrets = [text for text in (password, _b64(password), self._plain()) if text]

    def use(self, connection: socket.socket) -> None:
        """Talk over this connection; what was read ahead of the one before is dropped."""
        self.sock = connection
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def note(self, text: str) -> None:
        """Tell what happened beside the protocol."""
        self._tell(Said("*", text))

    def describe(self, connection: ssl.SSLSocket) -> str:
        """Tell of the encryption, and return its name."""
        version = connection.version() or "TLS"
        certificate = connection.getpeercert() or {}
        until = certificate.get("notAfter", "an unknown day")
        self.note(f"encrypted with {version}; the certificate is valid until {until}")
        return version

    def masked(self, text: bytes | str) -> str:
        """A text without what must not be seen, in printable characters."""
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        for secret in self._secrets:
            shown = shown.replace(secret, MASK)
        return "".join(letter if letter.isprintable() else "�" for letter in shown)

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Tell a command, and send it."""
        line = f"{cmd} {args}" if args else cmd
        shown = line
        if self._hiding:
            words = line.split(" ")
            shown = " ".join([*words[:2], MASK]) if words[0] == "AUTH" and words[2:] else line
            shown = shown if words[0] == "AUTH" else MASK
        self._tell(Said("C", self.masked(shown)))
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply, and tell it line by line."""
        try:
            code, text = super().getreply()
        except smtplib.SMTPServerDisconnected as error:
            # smtplib calls a reply that did not come in time a lost connection, too.
            raise error.__context__ or error from None
        *head, last = text.split(b"\n")
        for line in head:
            self._tell(Said("S", f"{code}-{self.masked(line)}"))
        self._tell(Said("S", f"{code} {self.masked(last)}"))
        return code, text

    def log_in(self) -> tuple[int, str]:
        """Log in by the first way that both sides know; once, since wrong tries lock accounts.

        Returns the reply, with code 0 and the ways offered when none of them is spoken here.
        """
        offered = self.esmtp_features.get("auth", "").upper().split()
        mechanism = next((name for name in _OURS if name in offered), None)
        if mechanism is None:
            return 0, " ".join(offered)
        self._hiding = True
        try:
            code, text = self._authenticate(mechanism)
        finally:
            self._hiding = False
        return code, self.masked(text)

    def close(self) -> None:
        """Let the connection go."""
        with contextlib.suppress(OSError):
            super().close()

    def _authenticate(self, mechanism: str) -> tuple[int, bytes]:
        if mechanism == "PLAIN":
            return self.docmd("AUTH", f"PLAIN {self._plain()}")
        code, text = self.docmd("AUTH", mechanism)
        if code != 334:
            return code, text
        if mechanism == "CRAM-MD5":
            challenge = base64.b64decode(text)
            digest = hmac.new(self._password.encode(), challenge, "md5").hexdigest()
            return self.docmd(_b64(f"{self._login} {digest}"))
        code, text = self.docmd(_b64(self._login))
        return (code, text) if code != 334 else self.docmd(_b64(self._password))

    def _plain(self) -> str:
        return _b64(f"\0{self._login}\0{self._password}") if self._password else ""


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
