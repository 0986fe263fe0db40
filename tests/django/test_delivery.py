"""SMTP answers to verdicts, phase by phase, against a server that follows a script."""

import base64
import contextlib
import hmac
import smtplib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from send_mail import answers, delivery, policy
from send_mail.delivery import Letter, Steps, Verdict
from send_mail.delivery import pool as pool_module
from send_mail.delivery.login import log_in
from send_mail.delivery.pool import idle_connections
from send_mail.delivery.servers import Server
from send_mail.delivery.verdicts import answer_of
from tests.django.smtp_server import CLOSE, DRIP, SILENT, ScriptedServer
from tests.helpers.waiting import eventually

SOURCE = b"Subject: x\r\n\r\nline\r\n.dot\r\n..dots\r\n"
QUICK = policy.PhaseLimits(connect=0.4, command=0.4, data=0.4, final_dot=0.4)
GO = Steps(before_dot=lambda _: True, phase=lambda _: None)


@pytest.fixture(autouse=True)
def no_idle_connections() -> Iterator[None]:
    yield
    idle_connections.close()


@pytest.fixture
def send(smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr(delivery, "phase_limits", lambda: QUICK)

    def run(*recipients: str, steps: Steps = GO, **script: Any) -> delivery.Outcome:
        smtp.script = {
            name: [given] if isinstance(given, str) else given for name, given in script.items()
        }
        addresses = recipients or ("a@localhost",)
        letter = Letter(SOURCE, "me@localhost", addresses)
        return delivery.deliver(letter, steps, lambda: pytest.fail("no"))

    return run


def test_the_message_arrives_as_it_is(send: Callable[..., Any], smtp: ScriptedServer) -> None:
    outcome = send("a@localhost", "b@localhost")
    assert outcome.answer.verdict is Verdict.DELIVERED
    assert smtp.messages == [SOURCE]
    assert "MAIL FROM:<me@localhost> BODY=8BITMIME" in smtp.commands
    assert smtp.commands.count("DATA") == 1


CASES = [
    ({"GREETING": "554 go away"}, Verdict.FAILED, 554),
    ({"GREETING": "421 busy"}, Verdict.DEFERRED, 421),
    ({"GREETING": CLOSE}, Verdict.DEFERRED, 0),
    ({"GREETING": SILENT}, Verdict.DEFERRED, 0),
    ({"GREETING": DRIP}, Verdict.DEFERRED, 0),
    ({"GREETING": "hello there"}, Verdict.DEFERRED, 0),
    ({"EHLO": CLOSE}, Verdict.DEFERRED, 0),
    ({"EHLO": SILENT}, Verdict.DEFERRED, 0),
    ({"MAIL": "451 later"}, Verdict.DEFERRED, 451),
    ({"MAIL": "550 never"}, Verdict.FAILED, 550),
    ({"MAIL": "421 closing"}, Verdict.DEFERRED, 421),
    ({"MAIL": CLOSE}, Verdict.DEFERRED, 0),
    ({"MAIL": DRIP}, Verdict.DEFERRED, 0),
    ({"RCPT": "450 busy"}, Verdict.DEFERRED, 450),
    ({"RCPT": "550 nobody"}, Verdict.FAILED, 550),
    ({"RCPT": "421 closing"}, Verdict.DEFERRED, 421),
    ({"RCPT": CLOSE}, Verdict.DEFERRED, 0),
    ({"RCPT": SILENT}, Verdict.DEFERRED, 0),
    ({"DATA": "451 later"}, Verdict.DEFERRED, 451),
    ({"DATA": "554 never"}, Verdict.FAILED, 554),
    ({"DATA": CLOSE}, Verdict.DEFERRED, 0),
    ({"DATA": SILENT}, Verdict.DEFERRED, 0),
    ({"DOT": "451 later"}, Verdict.DEFERRED, 451),
    ({"DOT": "552 too large"}, Verdict.FAILED, 552),
    ({"DOT": CLOSE}, Verdict.UNKNOWN, 0),
    ({"DOT": SILENT}, Verdict.UNKNOWN, 0),
    ({"DOT": DRIP}, Verdict.UNKNOWN, 0),
]


@pytest.mark.parametrize(("script", "verdict", "code"), CASES)
def test_each_answer_and_each_silence_has_its_verdict(
    send: Callable[..., Any], script: dict[str, str], verdict: Verdict, code: int
) -> None:
    outcome = send(**script)
    assert (outcome.answer.verdict, outcome.answer.code) == (verdict, code)
    assert outcome.answer.words
    assert outcome.recipients["a@localhost"].verdict is verdict


def test_every_recipient_has_a_code_of_its_own(
    send: Callable[..., Any], smtp: ScriptedServer
) -> None:
    refusals = ["250 ok", "450 busy", "550 nobody"]
    outcome = send("a@localhost", "b@localhost", "c@localhost", RCPT=refusals)
    verdicts = [outcome.recipients[f"{name}@localhost"].verdict for name in "abc"]
    assert verdicts == [Verdict.DELIVERED, Verdict.DEFERRED, Verdict.FAILED]
    assert len(smtp.messages) == 1


PIPELINING = "250-x\r\n250-PIPELINING\r\n250 8BITMIME"


def test_commands_go_together_where_the_server_allows_it(
    send: Callable[..., Any], smtp: ScriptedServer
) -> None:
    refusals = ["250 ok", "450 busy", "550 nobody"]
    outcome = send("a@localhost", "b@localhost", "c@localhost", EHLO=PIPELINING, RCPT=refusals)
    verdicts = [outcome.recipients[f"{name}@localhost"].verdict for name in "abc"]
    assert verdicts == [Verdict.DELIVERED, Verdict.DEFERRED, Verdict.FAILED]
    assert smtp.messages == [SOURCE]


@pytest.mark.parametrize(("script", "verdict", "code"), CASES)
def test_commands_that_go_together_change_no_verdict(
    send: Callable[..., Any], script: dict[str, str], verdict: Verdict, code: int
) -> None:
    outcome = send(**{"EHLO": PIPELINING, **script})
    assert (outcome.answer.verdict, outcome.answer.code) == (verdict, code)


def test_a_refusal_among_commands_that_go_together_sends_no_content(
    send: Callable[..., Any], smtp: ScriptedServer
) -> None:
    assert send(EHLO=PIPELINING, RCPT="550 nobody").answer.verdict is Verdict.FAILED
    assert send(EHLO=PIPELINING).answer.verdict is Verdict.DELIVERED
    assert smtp.messages == [SOURCE]


def test_one_connection_serves_many_mails(send: Callable[..., Any], smtp: ScriptedServer) -> None:
    for _ in range(3):
        assert send().answer.verdict is Verdict.DELIVERED
    assert len(smtp.messages) == 3
    assert len([line for line in smtp.commands if line.startswith("EHLO")]) == 1


def test_a_refused_mail_leaves_the_connection_for_the_next_one(
    send: Callable[..., Any], smtp: ScriptedServer
) -> None:
    assert send(MAIL="550 never").answer.verdict is Verdict.FAILED
    assert send().answer.verdict is Verdict.DELIVERED
    assert [line.split()[0] for line in smtp.commands] == [
        "EHLO", "MAIL", "RSET", "MAIL", "RCPT", "DATA",
    ]  # fmt: skip


@pytest.mark.parametrize("misdeed", [CLOSE, "421 too many"])
def test_a_connection_that_breaks_at_reuse_costs_no_attempt(
    send: Callable[..., Any], smtp: ScriptedServer, misdeed: str
) -> None:
    assert send().answer.verdict is Verdict.DELIVERED
    outcome = send(MAIL=[misdeed, "250 ok"])
    assert outcome.answer.verdict is Verdict.DELIVERED
    assert len(smtp.messages) == 2
    assert len([line for line in smtp.commands if line.startswith("EHLO")]) == 2


def test_a_connection_that_breaks_after_the_sender_is_told(send: Callable[..., Any]) -> None:
    assert send().answer.verdict is Verdict.DELIVERED
    outcome = send(RCPT=[CLOSE, "250 ok"])
    assert (outcome.answer.verdict, outcome.phase) == (Verdict.DEFERRED, "giving the recipients")


def test_a_server_that_hung_up_meanwhile_is_not_asked_twice(
    send: Callable[..., Any], smtp: ScriptedServer
) -> None:
    assert send(DOT="250 taken, and 221 bye").answer.verdict is Verdict.DELIVERED
    (idle,) = [s for waiting in idle_connections._idle.values() for s in waiting]
    assert idle.sock is not None
    idle.sock.shutdown(socket.SHUT_RDWR)
    assert send().answer.verdict is Verdict.DELIVERED
    assert [line.split()[0] for line in smtp.commands].count("MAIL") == 2


def test_a_connection_is_left_after_its_share_of_mails(
    send: Callable[..., Any], smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "MAILS_A_CONNECTION", 2)
    for _ in range(3):
        send()
    assert len([line for line in smtp.commands if line.startswith("EHLO")]) == 2


def test_an_idle_connection_is_left_after_a_while(
    send: Callable[..., Any], smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(delivery, "idle_connections", pool_module.Pool())  # with a timer of its own
    send()
    eventually(lambda: "QUIT" in smtp.commands, 5, lambda: f"QUIT in {smtp.commands}")


def test_a_server_elsewhere_is_asked_for_few_connections_at_once() -> None:
    pool, elsewhere = pool_module.Pool(), Server("192.0.2.1", 25)
    with contextlib.ExitStack() as held:
        for _ in range(pool_module.CONNECTIONS_ELSEWHERE):
            held.enter_context(pool.place(elsewhere))
        assert not pool._places[elsewhere].acquire(blocking=False)
    assert pool._places[elsewhere].acquire(blocking=False)


def test_a_server_on_this_machine_is_asked_for_as_many_as_there_are_mails() -> None:
    pool, here = pool_module.Pool(), Server("127.0.0.1", 25)
    with contextlib.ExitStack() as held:
        for _ in range(pool_module.CONNECTIONS_ELSEWHERE + 1):
            held.enter_context(pool.place(here))


def test_a_password_is_not_sent_in_the_clear(send: Callable[..., Any], settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER = "mail.example.com", "me"
    outcome = send()
    assert outcome.answer.verdict is Verdict.REFUSED_LOGIN
    assert "mail.example.com is not encrypted" in outcome.answer.words


def test_a_refusal_for_all_ends_before_the_data(
    send: Callable[..., Any], smtp: ScriptedServer
) -> None:
    outcome = send("a@localhost", "b@localhost", RCPT=["550 nobody", "450 busy"])
    assert outcome.answer.verdict is Verdict.DEFERRED
    assert "DATA" not in smtp.commands


def test_a_mail_taken_back_before_the_dot_is_not_sent(
    send: Callable[..., Any], smtp: ScriptedServer
) -> None:
    outcome = send(steps=Steps(before_dot=lambda _: False, phase=lambda _: None))
    assert outcome.answer.verdict is Verdict.NOT_SENT
    assert smtp.messages == []


def test_nothing_listening_is_told_with_its_address(
    send: Callable[..., Any], smtp: ScriptedServer, settings: Any
) -> None:
    settings.EMAIL_PORT = 1
    outcome = send()
    assert outcome.answer.verdict is Verdict.DEFERRED
    assert "nothing listens at 127.0.0.1:1" in outcome.answer.words


def test_a_refused_login_is_told_apart_from_a_refused_mail(
    send: Callable[..., Any], settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "me", "wrong"
    outcome = send(EHLO="250-x\r\n250 AUTH PLAIN", AUTH="535 5.7.8 no")
    assert outcome.answer.verdict is Verdict.REFUSED_LOGIN


def test_a_password_of_any_letters_is_sent_once(
    send: Callable[..., Any], smtp: ScriptedServer, settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "zoë", "geheim-ß"
    send(EHLO="250-x\r\n250 AUTH PLAIN LOGIN", AUTH="535 5.7.8 no")
    said = [line for line in smtp.commands if line.startswith("AUTH")]
    assert len(said) == 1, "a refused password was tried again"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_each_mechanism_says_who_it_is_and_proves_the_password(mechanism: str) -> None:
    challenge = base64.b64encode(b"<1896@here>")
    said: list[str] = []

    class Server(smtplib.SMTP):
        def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
            said.append(f"{cmd} {args}".strip())
            final = {"PLAIN": 1, "CRAM-MD5": 2, "LOGIN": 3}[mechanism]
            return (235, b"welcome") if len(said) == final else (334, challenge)

    server = Server()
    server.esmtp_features = {"auth": f" XOAUTH2 {mechanism}"}
    assert log_in(server, "zoë", "ß") == (235, b"welcome")
    last = base64.b64decode(said[-1].rpartition(" ")[2])
    digest = hmac.new("ß".encode(), b"<1896@here>", "md5").hexdigest()
    assert (
        last.decode()
        == {
            "PLAIN": "\0zoë\0ß",
            "LOGIN": "ß",
            "CRAM-MD5": f"zoë {digest}",
        }[mechanism]
    )


def test_a_challenge_that_is_none_is_the_servers_fault_and_tried_again(
    send: Callable[..., Any], settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "me", "right"
    outcome = send(EHLO="250-x\r\n250 AUTH CRAM-MD5", AUTH="334 a")
    assert outcome.answer.verdict is Verdict.DEFERRED
    assert outcome.answer.words.endswith("while logging in: its challenge cannot be read")


def test_a_server_without_a_login_by_password_is_told_by_what_it_offers(
    send: Callable[..., Any], settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "me", "right"
    outcome = send(EHLO="250-x\r\n250 AUTH XOAUTH2")
    assert outcome.answer.verdict is Verdict.DEFERRED
    assert "XOAUTH2" in outcome.answer.words


def test_a_login_that_cannot_be_checked_now_is_tried_again(
    send: Callable[..., Any], settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "me", "right"
    outcome = send(EHLO="250-x\r\n250 AUTH PLAIN", AUTH="454 later")
    assert outcome.answer.verdict is Verdict.DEFERRED


def test_a_server_without_the_tls_that_was_asked_for_gets_nothing(
    send: Callable[..., Any], smtp: ScriptedServer, settings: Any
) -> None:
    settings.EMAIL_USE_TLS = True
    outcome = send()
    assert outcome.answer.verdict is Verdict.DEFERRED
    assert not any(line.startswith("MAIL") for line in smtp.commands)


@pytest.mark.parametrize(
    ("code", "reply", "words"),
    [
        (550, "5.1.1 unknown", "There is no such recipient."),
        (550, "whatever", "There is no such recipient, or the server refuses mail for it."),
        (552, "5.2.2 full", "The recipient's mailbox is full."),
        (451, "4.7.1 greylisted", answers.WORDS["4.7"]),
        (450, "4.9.9 odd", answers.WORDS["450"]),
        (499, "", answers.WORDS["4"]),
        (599, "", answers.WORDS["5"]),
        (299, "", "The server's answer is none that SMTP knows."),
    ],
)
def test_an_answer_is_put_in_words_by_its_most_exact_code(
    code: int, reply: str, words: str
) -> None:
    assert answers.in_words(code, reply) == words


def test_a_server_s_nul_is_kept_as_what_every_database_takes() -> None:
    assert answer_of(550, b"no\0such user").reply == "550 no\ufffdsuch user"
