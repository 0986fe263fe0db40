"""The mail catcher: an SMTP server on loopback that keeps all it gets and sends nothing on.

aiosmtpd speaks the protocol. Rows are written by one thread of our own, so that the database
never stops the conversation with others. Browsers that are tricked into talking to this port are
hung up on at their first line. By the chaos switch it misbehaves on purpose, mail by mail.
"""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections

from send_mail.models import Chaos
from send_mail.services import chaos, inbox

LOGIN_REFUSED = "535 5.7.8 The chaos switch says: login refused"
T = TypeVar("T")

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
    """aiosmtpd's handler: keeps each message through one writing thread.

    What chaos does to a mail is decided once for it, at MAIL, or at AUTH where a client logs in.
    """

    def __init__(self) -> None:
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="catcher-rows")

    async def chaos(self) -> str:
        """Return what is to happen to one mail; trouble with the database is none of it."""
        try:
            return await self._in_writer(chaos.take)
        except Exception:
            logger.exception("The chaos switch could not be read")
            return chaos.OFF

    async def handle_MAIL(
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd hands it over
        session: Session,  # noqa: ARG002 - the same
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Decide what happens to this mail."""
        mode = await self.chaos()
        if mode == Chaos.Mode.LOGIN_REFUSED:
            return LOGIN_REFUSED
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        envelope.chaos = mode  # type: ignore[attr-defined]  # aiosmtpd's handlers hand on so
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd hands it over
        session: Session,  # noqa: ARG002 - the same
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take every recipient, none under 451."""
        if chaos_of(envelope) == Chaos.Mode.TRY_LATER:
            return "451 4.3.2 The chaos switch says: try again later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Answer 250 once the row is committed, 451 when it could not be."""
        mode = chaos_of(envelope)
        if mode == Chaos.Mode.TOO_BIG:
            return "552 5.3.4 The chaos switch says: too big"
        if mode == Chaos.Mode.SLOW:
            await asyncio.sleep(settings.CHAOS_SLOW_SECONDS)
        try:
            kept = await self._in_writer(partial(self._keep, session.peer, envelope))
        except Exception:
            logger.exception("A message could not be kept")
            return "451 4.3.0 The message could not be kept, try again"
        if mode == Chaos.Mode.DROP_AFTER_DOT and server.transport is not None:
            server.transport.close()
            raise ConnectionResetError
        return f"250 2.0.0 Caught as {kept}"

    async def _in_writer(self, work: Callable[[], T]) -> T:
        def whole() -> T:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._writer, whole)

    def close(self) -> None:
        """Finish what is being written."""
        self._writer.shutdown(wait=True)

    @staticmethod
    def _keep(peer: Any, envelope: Envelope) -> int:
        content = envelope.content or b""
        source = content if isinstance(content, bytes) else content.encode()
        caught = inbox.store(
            source, envelope.mail_from or "", list(envelope.rcpt_tos), str(peer)[:64]
        )
        logger.info("Caught %s for %s", caught.pk, ", ".join(caught.envelope_to))
        return caught.pk


def chaos_of(envelope: Envelope | None) -> str:
    """Return what was decided for this mail."""
    mode: str = getattr(envelope, "chaos", chaos.OFF)
    return mode


class CatcherSMTP(SMTP):
    """SMTP that hangs up on HTTP: a web page can post to any port of this machine."""

    event_handler: Keeper

    async def smtp_AUTH(self, arg: str) -> None:
        """Refuse the login if chaos says so; else it is not offered, as ever."""
        if await self.event_handler.chaos() == Chaos.Mode.LOGIN_REFUSED:
            await self.push(LOGIN_REFUSED)
            return
        await super().smtp_AUTH(arg)

    async def smtp_DATA(self, arg: str) -> None:
        """Take the message, or hang up in the midst of it."""
        if chaos_of(self.envelope) != Chaos.Mode.DROP_BEFORE_DOT:
            await super().smtp_DATA(arg)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        await self._reader.readline()
        if self.transport is not None:
            self.transport.close()
        raise ConnectionResetError

    async def hang_up(self, _: str | None) -> None:
        """End the conversation."""
        await self.push("421 This is a mail server")
        if self.transport is not None:
            self.transport.close()

    smtp_GET = smtp_POST = smtp_PUT = smtp_HEAD = smtp_OPTIONS = hang_up


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
