"""The catcher: real SMTP conversations on loopback."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from send_mail.catcher import Catcher, NotLoopbackError, check_loopback
from send_mail.models import CaughtMail
from send_mail.services import inbox

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def catcher(transactional_db: None) -> Iterator[Catcher]:
    running = Catcher("127.0.0.1", free_port(), run_id="run-7", max_bytes=20_000)
    running.start()
    yield running
    running.close()


def client(catcher: Catcher) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", catcher.port, timeout=5)


def test_what_is_sent_is_kept_as_it_came(catcher: Catcher) -> None:
    message = EmailMessage()
    message["Subject"], message["Message-ID"] = "Grüße", "<1@x>"
    message.set_content("Zeile\n.Punkt\n")
    message.add_alternative("<b>Zeile</b>", subtype="html")
    with client(catcher) as smtp:
        smtp.sendmail(
            "me@localhost", ["a@localhost", "b@localhost"], message.as_bytes(policy=policy.SMTP)
        )
    caught = CaughtMail.objects.get()
    full = inbox.full(caught)
    assert (full["subject"], full["message_id"]) == ("Grüße", "<1@x>")
    assert full["envelope"] == {"from": "me@localhost", "to": ["a@localhost", "b@localhost"]}
    assert full["text"].split() == ["Zeile", ".Punkt"]
    assert full["html"].strip() == "<b>Zeile</b>"
    assert full["mail_id"] is None


def test_the_greeting_tells_whose_catcher_it_is(catcher: Catcher) -> None:
    with socket.create_connection(("127.0.0.1", catcher.port), 5) as connection:
        assert b"Celery Launcher catcher run-7" in connection.recv(200)


def test_a_message_over_the_limit_is_refused(catcher: Catcher) -> None:
    with client(catcher) as smtp, pytest.raises(smtplib.SMTPException) as refused:
        smtp.sendmail("me@localhost", ["a@localhost"], b"x\r\n" * 10_000)
    assert getattr(refused.value, "smtp_code", 552) == 552
    assert not CaughtMail.objects.exists()


def test_a_browser_that_is_tricked_into_posting_is_hung_up_on(catcher: Catcher) -> None:
    smtp = b"EHLO x\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<b@x.org>\r\nDATA\r\nx\r\n.\r\n"
    with socket.create_connection(("127.0.0.1", catcher.port), 5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n" + smtp)
        got = b""
        try:
            while more := connection.recv(1000):
                got += more
        except ConnectionResetError:
            pass
    assert b"354" not in got
    assert not CaughtMail.objects.exists()


SOURCES = [
    b"",
    b"\r\n",
    b"no header at all",
    b"Subject: =?x-unknown?b?////?=\r\n\r\n",
    b"Subject: \xff\xfe\r\nMessage-ID: <\x00>\r\n\r\n\x00",
    b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff",
    b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    b"From: <<<>>>@@\r\nTo: :;,\r\nMessage-ID: [\r\nDate: never\r\n\r\nx",
    b"Content-Type: message/rfc822\r\n\r\n\xff\xff",
]


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_in_a_message_can_break_the_inbox(transactional_db: None, source: bytes) -> None:
    caught = inbox.store(source, "a@localhost", ["b@localhost"], "peer")
    full = inbox.full(caught)
    assert full["size"] == len(source)
    for value in (full["subject"], full["text"], full["html"], full["source"]):
        value.encode()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", ""])
def test_it_listens_on_loopback_alone(host: str) -> None:
    with pytest.raises(NotLoopbackError):
        check_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.6", "::1", "localhost"])
def test_every_loopback_address_will_do(host: str) -> None:
    check_loopback(host)


@pytest.fixture
def command(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "celerytutorial.settings",
        "SECRET_KEY": "for-a-test",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "CELERY_LAUNCHER_RUN_ID": "run-8",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a console process otherwise")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_and_ends_well(
    command: dict[str, str], tmp_path: Path, ending: signal.Signals
) -> None:
    port = str(free_port())
    arguments = [sys.executable, "-m", "django", "catch_mail", "--port", port]
    with subprocess.Popen(
        arguments, env=command, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Catching mail on 127.0.0.1:{port}\n"
        with socket.create_connection(("127.0.0.1", int(port)), 5) as connection:
            assert b"run-8" in connection.recv(200)
        process.send_signal(ending)
        rest = process.stdout.read()
    assert (process.returncode, rest) == (0, "Catcher ended\n")


def test_the_command_says_why_it_cannot_listen(command: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "django", "catch_mail", "--port", port],
            env=command, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
