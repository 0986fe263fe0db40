"""The stack that the rows are tried on: it sends with a login to a mail server that keeps all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.faults.mails import QUICK
from tests.helpers.programs import environment
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack
from tests.safety.secrets_hidden import PASSWORD


@contextlib.contextmanager
def sending_stack(broker: str) -> Iterator[tuple[Stack, MailServer]]:
    """All services ready, the worker's mail password a canary, its mails in the server's record."""
    with MailServer(secure=True, keep=True) as server:
        settings = f"mail_time_scale = {2 * QUICK}\n{server.settings}"
        env = environment(SSL_CERT_FILE=str(server.authority), EMAIL_HOST_PASSWORD=PASSWORD)
        with Stack(broker=broker, settings=settings, env=env) as stack:
            yield stack, server
