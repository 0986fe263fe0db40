"""Encrypted connections, by an authority of the tests, and what is said of bad certificates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from send_mail.delivery import Letter, Outcome, Steps, Verdict, deliver, release
from send_mail.delivery.conversation import tls_context
from send_mail.delivery.pool import idle_connections
from tests.helpers.smtp import certificates
from tests.helpers.smtp.server import ScriptedServer

LETTER = Letter(b"Subject: x\r\n\r\ntext\r\n", "me@localhost", ["a@localhost"])
STEPS = Steps(before_dot=lambda _: True, phase=lambda _: None)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(
    authority: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScriptedServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    tls_context.cache_clear()
    with ScriptedServer(tls=certificates.contexts(authority.parent), login=True) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", server.tls_port
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada", "secret"
        yield server
        idle_connections.close()
    tls_context.cache_clear()


def sent() -> Outcome:
    return deliver(LETTER, STEPS, lambda: pytest.fail("no"))


def test_mail_goes_out_inside_tls_from_the_first_byte(server: ScriptedServer) -> None:
    assert sent().answer.verdict is Verdict.DELIVERED
    assert len(server.messages) == 1


def test_an_encrypted_connection_is_used_again(server: ScriptedServer) -> None:
    for _ in range(2):
        assert sent().answer.verdict is Verdict.DELIVERED
    assert len([line for line in server.commands if line.startswith("EHLO")]) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "its certificate has expired"),
        ("wrong_host", "its certificate is for another name than localhost"),
        ("self_signed", "its certificate is self-signed: nobody vouches for it"),
    ],
)
def test_a_bad_certificate_is_told_in_plain_words(
    server: ScriptedServer, kind: str, words: str
) -> None:
    server.script = {"TLS": [kind]}
    outcome = sent()
    assert outcome.answer.verdict is Verdict.DEFERRED
    assert outcome.answer.words == f"No answer of the mail server while connecting: {words}"
    assert server.messages == []


def test_an_authority_that_is_not_known_is_told_in_plain_words(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.make(tmp_path)))
    tls_context.cache_clear()
    assert "an authority that this machine does not know" in sent().answer.words


def test_tls_on_a_plain_port_is_told_in_plain_words(server: ScriptedServer, settings: Any) -> None:
    settings.EMAIL_PORT = server.port
    assert "STARTTLS may be what it wants" in sent().answer.words


def test_a_release_goes_by_its_own_server(server: ScriptedServer, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.EMAIL_RELEASE_URL = f"smtp+ssl://ada@localhost:{server.tls_port}"
    settings.EMAIL_RELEASE_PASSWORD = "secret"
    assert release(LETTER, STEPS).answer.verdict is Verdict.DELIVERED
    assert len(server.messages) == 1


def test_a_release_without_a_server_is_refused_in_words(settings: Any) -> None:
    settings.EMAIL_RELEASE_URL = ""
    answer = release(LETTER, STEPS).answer
    assert answer.verdict is Verdict.FAILED
    assert "choose an SMTP profile" in answer.words
