"""Test connection against real servers: what is shown, how each end is put into words."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from launcher.mail_servers import run_check
from launcher.runtime import smtp_check
from launcher.runtime.smtp_check import CheckFailedError, Phase, SmtpCheck
from launcher.runtime.smtp_dialogue import Said
from launcher.runtime.smtp_words import Outcome, explain_failure
from launcher.smtp.profile import Security, SmtpProfile
from tests.helpers.ports import free_port
from tests.helpers.smtp import certificates
from tests.helpers.smtp.server import ScriptedServer

CANARY = "canary pässword"
STARTTLS, TLS, NONE = Security.STARTTLS, Security.TLS, Security.NONE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificates")
    certificates.make(made)
    return made


@pytest.fixture(scope="module")
def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "authority.pem")


@pytest.fixture
def server(folder: Path) -> Iterator[ScriptedServer]:
    with ScriptedServer(tls=certificates.contexts(folder), login=True) as running:
        yield running


class Tried:
    """One test, to its end."""

    def __init__(
        self,
        port: int,
        context: ssl.SSLContext,
        security: Security = STARTTLS,
        *,
        user: str = "me@example.org",
        password: str = CANARY,
        host: str = "localhost",
    ) -> None:
        self.said: list[Said] = []
        profile = SmtpProfile("work", host, port, security, user)
        check = SmtpCheck(
            profile, password, self.said.append, context=context, connect_limit=3, reply_limit=0.5
        )
        self.outcome: Outcome = run_check(check, profile)
        self.lines = [line.words for line in self.said]

    @property
    def text(self) -> str:
        return "\n".join([*self.lines, self.outcome.words, self.outcome.remedy])


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def hidden(text: str) -> bool:
    """Whether the password is in no form in what is shown."""
    plain = encoded(f"\0me@example.org\0{CANARY}")
    return not any(form in text for form in (CANARY, "canary", encoded(CANARY), plain))


# -- what works --------------------------------------------------------------------------------


def test_a_good_server_is_greeted_secured_logged_into_and_left(
    server: ScriptedServer, trusting: ssl.SSLContext
) -> None:
    tried = Tried(server.port, trusting)
    assert tried.outcome.ok, tried.text
    assert "Nothing was sent" in tried.outcome.words
    assert "TLSv1.3" in tried.outcome.words
    said = [line.text for line in tried.said if line.who == "C"]
    assert said == [
        "ehlo localhost",
        "STARTTLS",
        "ehlo localhost",
        "AUTH PLAIN ****",
        "noop",
        "QUIT",
    ]
    assert "S: 235 welcome" in tried.lines
    assert any(line.startswith("*: encrypted with TLSv1.3") for line in tried.lines)
    assert hidden(tried.text)
    assert server.messages == []
    expected = encoded(f"\0me@example.org\0{CANARY}")
    assert any(expected in command for command in server.commands), "it was not told the password"


def test_tls_from_the_first_byte_works_too(
    server: ScriptedServer, trusting: ssl.SSLContext
) -> None:
    tried = Tried(server.tls_port, trusting, TLS)
    assert tried.outcome.ok, tried.text
    assert "STARTTLS" not in server.commands


def test_without_a_user_there_is_no_login(server: ScriptedServer, trusting: ssl.SSLContext) -> None:
    tried = Tried(server.port, trusting, NONE, user="", host="127.0.0.1")
    assert tried.outcome.ok, tried.text
    assert not any("AUTH" in line for line in tried.lines if line.startswith("C"))


class Door:
    """Lets one password in, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(
        self, server: object, session: object, envelope: object, mechanism: str, data: Any
    ) -> AuthResult:
        self.asked.append(mechanism)
        good = isinstance(data, LoginPassword) and data.password == CANARY.encode()
        return AuthResult(success=good, handled=good)


@pytest.fixture
def aiosmtpd(folder: Path) -> Iterator[Callable[..., tuple[int, Door]]]:
    """A server of the library that the catcher is made of, with STARTTLS."""
    running: list[Controller] = []

    def start(**options: object) -> tuple[int, Door]:
        door = Door()
        controller = Controller(
            object(),
            hostname="127.0.0.1",
            port=free_port(),
            tls_context=certificates.contexts(folder)["good"],
            require_starttls=True,
            authenticator=door,
            **options,
        )
        controller.start()
        running.append(controller)
        return controller.port, door

    yield start
    for controller in running:
        controller.stop()


@pytest.mark.parametrize("excluded", [["LOGIN"], ["PLAIN"]])
def test_each_way_to_log_in_hides_the_password(
    aiosmtpd: Callable[..., tuple[int, Door]], trusting: ssl.SSLContext, excluded: list[str]
) -> None:
    port, door = aiosmtpd(auth_exclude_mechanism=excluded)
    tried = Tried(port, trusting)
    assert tried.outcome.ok, tried.text
    assert door.asked == ["PLAIN" if excluded == ["LOGIN"] else "LOGIN"]
    assert hidden(tried.text)


def test_a_wrong_password_is_tried_once_and_explained(
    aiosmtpd: Callable[..., tuple[int, Door]], trusting: ssl.SSLContext
) -> None:
    port, door = aiosmtpd()
    tried = Tried(port, trusting, password=f"{CANARY} but wrong")
    assert not tried.outcome.ok
    assert (tried.outcome.phase, tried.outcome.code) == ("login", 535)
    assert "refuses the login of me@example.org" in tried.outcome.words
    assert "app password" in tried.outcome.remedy
    assert len(door.asked) == 1
    assert "canary" not in tried.text


# -- what does not -----------------------------------------------------------------------------


def test_a_server_that_quotes_the_password_does_not_show_it(
    server: ScriptedServer, trusting: ssl.SSLContext
) -> None:
    server.script = {"AUTH": [f"535-no, {encoded(CANARY)}\r\n535 not {CANARY}\x1b[31m"]}
    tried = Tried(server.port, trusting)
    assert not tried.outcome.ok
    assert hidden(tried.text)
    assert "\x1b" not in tried.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "has expired"),
        ("wrong_host", "another name than localhost"),
        ("self_signed", "self-signed"),
    ],
)
@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_bad_certificate_is_told_and_no_password_is_said(
    server: ScriptedServer, trusting: ssl.SSLContext, kind: str, words: str, security: Security
) -> None:
    server.script = {"TLS": [kind]}
    port = server.port if security is STARTTLS else server.tls_port
    tried = Tried(port, trusting, security)
    assert not tried.outcome.ok
    assert tried.outcome.phase == "TLS"
    assert words in tried.outcome.words
    assert tried.outcome.remedy
    assert not any("AUTH" in command for command in server.commands)


def test_an_unknown_authority_is_told(server: ScriptedServer) -> None:
    tried = Tried(server.port, ssl.create_default_context())
    assert "does not know" in tried.outcome.words
    assert "SSL_CERT_FILE" in tried.outcome.remedy


@pytest.mark.parametrize(
    ("script", "phase", "told"),
    [
        ({"GREETING": ["SILENT"]}, "greeting", ("says nothing", "choose TLS")),
        ({"GREETING": ["CLOSE"]}, "greeting", ("hung up", "connections from here")),
        ({"GREETING": ["554 go away"]}, "greeting", ("554 go away", "ask the provider")),
        ({"GREETING": ["421 busy"]}, "greeting", ("not want us now", "later")),
        ({"GREETING": ["GARBAGE"]}, "greeting", ("", "")),
        ({"EHLO": ["502 what?"]}, "EHLO", ("502 what?", "ask the provider")),
        ({"EHLO": ["SILENT"]}, "EHLO", ("stopped answering", "later")),
        ({"STARTTLS": ["454 not now"]}, "TLS", ("454 not now", "later")),
        ({"AUTH": ["454 4.7.0 later"]}, "login", ("cannot check the login now", "later")),
        ({"AUTH": ["534 5.7.9 app password needed"]}, "login", ("534 5.7.9", "app password")),
        ({"AUTH": ["CLOSE"]}, "login", ("hung up", "provider")),
    ],
)
def test_each_trouble_names_its_phase_and_a_remedy(
    server: ScriptedServer,
    trusting: ssl.SSLContext,
    script: dict[str, list[str]],
    phase: str,
    told: tuple[str, str],
) -> None:
    server.script = script
    tried = Tried(server.port, trusting)
    assert not tried.outcome.ok
    assert tried.outcome.phase == phase
    assert told[0] in tried.outcome.words
    assert told[1] in tried.outcome.remedy
    assert tried.outcome.remedy
    assert hidden(tried.text)


def test_a_server_without_starttls_is_not_told_the_password(trusting: ssl.SSLContext) -> None:
    with ScriptedServer(login=True) as plain:
        tried = Tried(plain.port, trusting)
        assert "offers no STARTTLS" in tried.outcome.words
        assert not any("AUTH" in command for command in plain.commands)


def test_a_server_without_a_login_is_told(folder: Path, trusting: ssl.SSLContext) -> None:
    with ScriptedServer(tls=certificates.contexts(folder)) as open_door:
        tried = Tried(open_door.port, trusting)
    assert "offers no login" in tried.outcome.words


def test_a_server_that_wants_oauth_alone_is_told(
    server: ScriptedServer, trusting: ssl.SSLContext
) -> None:
    server.script = {"EHLO": ["250-here\r\n250-STARTTLS\r\n250 AUTH XOAUTH2"]}
    tried = Tried(server.port, trusting)
    assert "takes no password, only: XOAUTH2" in tried.outcome.words


def test_a_password_that_is_not_known_is_asked_for(
    server: ScriptedServer, trusting: ssl.SSLContext
) -> None:
    tried = Tried(server.port, trusting, password="")
    assert tried.outcome.words == "The password of work is not known."


def test_tls_to_a_port_without_it_names_the_other_way(
    server: ScriptedServer, trusting: ssl.SSLContext
) -> None:
    tried = Tried(server.port, trusting, TLS)
    assert "does not agree on TLS" in tried.outcome.words
    assert "STARTTLS" in tried.outcome.remedy


def test_a_port_where_nobody_listens_is_told(trusting: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    tried = Tried(port, trusting, host="127.0.0.1")
    assert tried.outcome.phase == "connect"
    assert "Nobody listens" in tried.outcome.words


def test_a_name_that_is_not_known_is_told(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(smtp_check.socket, "getaddrinfo", unknown)
    tried = Tried(587, trusting, host="no.example.org")
    assert tried.outcome.phase == "look up"
    assert "no server called no.example.org" in tried.outcome.words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "does not answer"),
        (OSError(101, "Network is unreachable"), "no way to"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
    ],
)
def test_a_connection_that_cannot_be_made_is_told(error: Exception, words: str) -> None:
    profile = SmtpProfile("work", "mail.example.org", 587)
    outcome = explain_failure(profile, CheckFailedError(Phase.CONNECT, error))
    assert words in outcome.words
    assert outcome.remedy


def test_a_refusal_of_a_known_provider_gives_its_own_hint() -> None:
    profile = SmtpProfile("work", "smtp.gmail.com", 587, user="me@gmail.com")
    failed = CheckFailedError(Phase.LOGIN, "5.7.8 Username and Password not accepted", 535)
    assert explain_failure(profile, failed).remedy.startswith("Gmail: ")
    assert "app password" in explain_failure(profile, failed).remedy


# -- cancelling --------------------------------------------------------------------------------


def cancelled(check: SmtpCheck, profile: SmtpProfile, ready: threading.Event) -> Outcome:
    found: list[Outcome] = []
    worker = threading.Thread(target=lambda: found.append(run_check(check, profile)))
    worker.start()
    assert ready.wait(10)
    check.cancel()
    worker.join(10)
    assert not worker.is_alive()
    return found[0]


def test_a_test_that_waits_for_a_reply_can_be_cancelled(
    server: ScriptedServer, trusting: ssl.SSLContext
) -> None:
    server.script = {"EHLO": ["SILENT"]}
    asked = threading.Event()

    def tell(line: Said) -> None:
        if line.text.startswith("ehlo"):
            asked.set()

    profile = SmtpProfile("work", "localhost", server.port)
    check = SmtpCheck(profile, "", tell, context=trusting, reply_limit=60)
    assert cancelled(check, profile, asked).phase == "cancelled"


def test_a_test_that_looks_a_name_up_can_be_cancelled(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, over = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        asked.set()
        over.wait(20)
        return []

    monkeypatch.setattr(smtp_check.socket, "getaddrinfo", slow)
    profile = SmtpProfile("work", "slow.example.org", 587)
    check = SmtpCheck(profile, "", lambda _: None, context=trusting)
    try:
        assert cancelled(check, profile, asked).phase == "cancelled"
    finally:
        over.set()


def test_a_test_that_connects_can_be_cancelled(trusting: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        # Nobody accepts: once the queue is full, a further connection waits for its answer.
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        asked = threading.Event()
        profile = SmtpProfile("work", "127.0.0.1", port)
        check = SmtpCheck(profile, "", lambda _: asked.set(), context=trusting, connect_limit=60)
        assert cancelled(check, profile, asked).phase == "cancelled"
        for one in waiting:
            one.close()
