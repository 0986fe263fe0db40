"""Everything a mail server may do wrong, and what becomes of the mail; R7 has the worker do it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from send_mail import delivery, policy, presenting
from send_mail.delivery.conversation import tls_context
from send_mail.models import Mail
from send_mail.services import pause, sending
from tests.faults.smtp_cases import CASES, PAUSED, Case
from tests.helpers.smtp import certificates
from tests.helpers.smtp.server import ScriptedServer

QUICK = policy.PhaseLimits(connect=0.5, command=0.5, data=0.5, final_dot=0.5)
UNHURRIED = policy.PhaseLimits(connect=20, command=20, data=20, final_dot=20)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def server(
    case: Case, authority: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScriptedServer]:
    """The project's mail server: with TLS and a login where the case is about them."""
    tls = certificates.contexts(authority.parent) if case.needs_tls else None
    monkeypatch.setattr(delivery, "phase_limits", lambda: QUICK if case.stalls else UNHURRIED)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    tls_context.cache_clear()
    with ScriptedServer(tls=tls, login=case.needs_tls) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = case.needs_tls, False
        settings.EMAIL_HOST_USER = "ada" if case.needs_tls else ""
        settings.EMAIL_HOST_PASSWORD = "secret" if case.needs_tls else ""
        server.script = {_full(name): given for name, given in case.script.items()}
        yield server
    tls_context.cache_clear()


def _full(name: str) -> str:
    """The script's key with the recipient's whole address."""
    return f"{name}@localhost" if name.startswith("RCPT ") else name


def test_the_mail_and_each_recipient_stand_where_the_servers_deed_puts_them(
    case: Case, server: ScriptedServer, saved: Callable[..., Mail]
) -> None:
    mail = saved(*(f"{name}@localhost" for name in case.names))
    if case.size:
        mail.content.source += b"x\r\n" * (case.size // 3)
        mail.content.save()
    sending.send(mail.pk, "w1")
    mail.refresh_from_db()
    assert mail.state == case.state, (mail.words, mail.last_reply)
    assert tuple(row["state"] for row in mail.recipients) == case.first
    assert mail.last_code == case.code or case.code is None
    assert case.words in (pause.reason() if case.state == PAUSED else mail.words)
    assert presenting.state_words(mail)
    tried = mail.tries.get()
    assert (tried.number, tried.phase) == (1, case.phase), tried.words
    assert tried.words
    taken = "delivered" in case.first or "TAKE" in case.name
    assert len(server.messages) == taken
