"""The chaos switch: the catcher misbehaves on purpose, to so many mails and no more."""

import smtplib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from send_mail.catcher import Catcher
from send_mail.models import CaughtMail, Chaos
from send_mail.services import chaos
from tests.django.conftest import Api
from tests.django.test_catcher import client, free_port

MESSAGE = b"Subject: x\r\n\r\ntext\r\n"


@pytest.fixture
def catcher(transactional_db: None, settings: Any) -> Iterator[Catcher]:
    settings.CHAOS_SLOW_SECONDS = 0.05
    running = Catcher("127.0.0.1", free_port(), run_id="run-7", max_bytes=20_000)
    running.start()
    yield running
    running.close()


def send(catcher: Catcher) -> Any:
    """Return 250, the code of the refusal, or "lost" when the connection was."""
    with client(catcher) as smtp:
        try:
            smtp.sendmail("me@localhost", ["a@localhost"], MESSAGE)
        except smtplib.SMTPServerDisconnected:
            return "lost"
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients["a@localhost"][0]
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code
        return 250


@pytest.mark.parametrize(
    ("mode", "answer", "kept"),
    [
        ("451", 451, 0),
        ("535", 535, 0),
        ("552", 552, 0),
        ("slow", 250, 1),
        ("drop_before_dot", "lost", 0),
        ("drop_after_dot", "lost", 1),
    ],
)
def test_each_mode_does_what_it_says_to_as_many_as_are_left(
    catcher: Catcher, api: Api, mode: str, answer: Any, kept: int
) -> None:
    body = {"mode": mode, "left": 1}
    said = api.client.put("/api/chaos", body, content_type="application/json")
    assert (said.status_code, said.json()) == (200, body)
    assert send(catcher) == answer
    assert CaughtMail.objects.count() == kept
    assert api.get("/api/chaos").json() == {"mode": "off", "left": None}
    assert send(catcher) == 250
    assert CaughtMail.objects.count() == kept + 1


def test_without_a_count_it_goes_on_until_it_is_switched_off(catcher: Catcher) -> None:
    chaos.switch("552", None)
    assert [send(catcher) for _ in range(3)] == [552, 552, 552]
    chaos.switch("off", None)
    assert send(catcher) == 250


def test_a_login_is_refused_where_one_is_tried(catcher: Catcher) -> None:
    chaos.switch("535", 1)
    with client(catcher) as smtp:
        smtp.ehlo()
        assert smtp.docmd("AUTH", "PLAIN AGEAYg==")[0] == 535
    assert chaos.current() == ("off", None)


def test_one_connection_sees_it_end(catcher: Catcher) -> None:
    chaos.switch("552", 1)
    with client(catcher) as smtp:
        with pytest.raises(smtplib.SMTPDataError):
            smtp.sendmail("me@localhost", ["a@localhost"], MESSAGE)
        smtp.sendmail("me@localhost", ["a@localhost"], MESSAGE)
    assert CaughtMail.objects.count() == 1


def test_of_many_who_ask_at_once_no_more_than_are_left_get_it(transactional_db: None) -> None:
    chaos.switch("451", 3)
    got: list[str] = []

    def ask() -> None:
        got.append(chaos.take())
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["451"] * 3 + ["off"] * 5
    assert not Chaos.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"mode": "worse"}, {"mode": "451", "left": 0}, {"mode": "451", "left": "x"}]
)
def test_a_switch_that_makes_no_sense_is_refused(api: Api, body: dict[str, Any]) -> None:
    answer = api.client.put("/api/chaos", body, content_type="application/json")
    assert answer.status_code == 400
    assert not Chaos.objects.exists()
