"""The mail catcher: an SMTP server on loopback that keeps all it gets and sends nothing on.

aiosmtpd speaks the protocol. Rows are written by one thread of our own, so that the database
never stops the conversation with others. Browsers that are tricked into talking to this port are
hung up on at their first line.
"""

import asyncio
import ipaddress
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections

from send_mail.services import inbox

logger = logging.getLogger(__name__)


class NotLoopbackError(ValueError):
    """The catcher was asked to listen where others could reach it."""


def check_loopback(host: str) -> None:
    """Raise NotLoopbackError unless *host* is an address of this machine alone."""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        msg = f"The catcher listens on loopback only, 127.0.0.1 for instance, not on {host}."
        raise NotLoopbackError(msg)


class Keeper:
    """aiosmtpd's handler: keeps each message through one writing thread."""

    def __init__(self) -> None:
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="catcher-rows")

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd hands it over
        session: Session,
        envelope: Envelope,
    ) -> str:
        """Answer 250 once the row is committed, 451 when it could not be."""
        loop = asyncio.get_running_loop()
        try:
            kept = await loop.run_in_executor(self._writer, self._keep, session.peer, envelope)
        except Exception:
            logger.exception("A message could not be kept")
            return "451 4.3.0 The message could not be kept, try again"
        return f"250 2.0.0 Caught as {kept}"

    def close(self) -> None:
        """Finish what is being written."""
        self._writer.shutdown(wait=True)

    @staticmethod
    def _keep(peer: Any, envelope: Envelope) -> int:
        close_old_connections()
        try:
            content = envelope.content or b""
            source = content if isinstance(content, bytes) else content.encode()
            caught = inbox.store(
                source, envelope.mail_from or "", list(envelope.rcpt_tos), str(peer)[:64]
            )
        finally:
            close_old_connections()
        logger.info("Caught %s for %s", caught.pk, ", ".join(caught.envelope_to))
        return caught.pk


class CatcherSMTP(SMTP):
    """SMTP that hangs up on HTTP: a web page can post to any port of this machine."""

    async def hang_up(self, _: str | None) -> None:
        """End the conversation."""
        await self.push("421 This is a mail server")
        if self.transport is not None:
            self.transport.close()

    smtp_GET = smtp_POST = smtp_PUT = smtp_HEAD = smtp_OPTIONS = hang_up  # noqa: N815


class Catcher(Controller):
    """The server in a thread of its own; ``close`` ends it after what is being written."""

    def __init__(self, host: str, port: int, *, run_id: str, max_bytes: int) -> None:
        check_loopback(host)
        self._keeper = Keeper()
        self._smtp: dict[str, Any] = {
            "data_size_limit": max_bytes,
            "enable_SMTPUTF8": True,
            "hostname": "localhost",
            "ident": f"Celery Launcher catcher {run_id}".strip(),
        }
        super().__init__(self._keeper, hostname=host, port=port)

    def start(self) -> None:
        """Listen; raises OSError at once when the port is taken, aiosmtpd alone only after 5 s."""
        with socket.create_server((self.hostname, self.port), family=_family(self.hostname)):
            pass
        super().start()

    def factory(self) -> SMTP:
        """Make the server's side of one conversation."""
        return CatcherSMTP(self._keeper, **self._smtp)

    def close(self) -> None:
        """Stop listening and finish."""
        self.stop()
        self._keeper.close()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
