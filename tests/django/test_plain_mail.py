"""The short way of a plain request: it takes what the serializer takes, in the same way."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from send_mail.api import plain_mail
from send_mail.models import Mail
from send_mail.serializers import MailRequest
from tests.django.conftest import TOKEN, Broker

words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", " Hello ", "a\nb", "\0", "\ud800", "=?utf-8?q?a?=", "x" * 901]),
)
address = st.one_of(
    st.sampled_from(
        ["ada@localhost", "Ada <ada@example.org>", "a@b.org, c@d.org", "ADA@Localhost"]
    ),
    st.emails(),
    words,
)
addresses = st.one_of(address, st.lists(address, max_size=4), st.none(), st.integers())
anything = st.one_of(words, st.integers(), st.booleans(), st.none(), st.lists(words, max_size=2))
bodies = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("to", "cc", "bcc"), addresses),
        **dict.fromkeys(("subject", "text", "html"), st.one_of(words, words, anything)),
        **dict.fromkeys(("due_at", "draft", "uploads", "other"), anything),
    },
)


@given(st.one_of(bodies, bodies, anything))
def test_what_is_read_the_short_way_is_what_the_serializer_makes_of_it(body: Any) -> None:
    read = plain_mail.read(body)
    if read is not None:
        asked = MailRequest(data=body)
        assert asked.is_valid(), asked.errors
        assert read == asked.new_mail()


def post(token: str, body: bytes, **more: Any) -> Any:
    headers = {"Authorization": f"Token {token}", **more.pop("headers", {})}
    return Client().post("/api/mails", body, "application/json", headers=headers, **more)


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Notes for each request whether it went the short way."""
    noted: list[bool] = []
    real = plain_mail.asked_in

    def asked_in(*asked: Any) -> Any:
        new = real(*asked)
        noted.append(new is not None)
        return new

    monkeypatch.setattr(plain_mail, "asked_in", asked_in)
    return noted


PLAIN = json.dumps({"to": ["ada@localhost"], "subject": "Hi", "text": "there"}).encode()


def test_both_ways_give_the_same_answer(
    transactional_db: None, broker: Broker, way: list[bool]
) -> None:
    short = post(TOKEN, PLAIN)
    long = post(TOKEN, PLAIN, headers={"Accept": "application/json, */*"})
    assert way == [True, False]
    assert short.status_code == long.status_code == 202
    told, other = short.json(), long.json()
    for answer in (told, other):
        for own in ("id", "message_id", "created_at", "due_at"):
            answer.pop(own)
    assert told == other
    for name in ("Content-Type", "X-Frame-Options", "Referrer-Policy", "X-Content-Type-Options"):
        assert short.headers[name] == long.headers[name]


def test_a_key_that_was_used_for_another_mail_is_a_conflict_on_the_short_way(
    transactional_db: None, broker: Broker, way: list[bool]
) -> None:
    key = {"Idempotency-Key": "one"}
    assert post(TOKEN, PLAIN, headers=key).status_code == 202
    refused = post(TOKEN, PLAIN.replace(b"there", b"here"), headers=key)
    assert way == [True, True]
    assert (refused.status_code, Mail.objects.count()) == (409, 1)
    assert refused.json() == {"detail": "This Idempotency-Key was used for another mail."}


@pytest.mark.parametrize(
    ("offered", "body", "status"),
    [
        ("wrong", PLAIN, 401),
        ("", PLAIN, 401),
        (None, b'{"to": ["ada@localhost"], "subject": ', 400),
        (None, PLAIN.replace(b"Hi", b"\xff"), 400),
        (None, b'{"to": ["no address"]}', 400),
        (None, b"[]", 400),
    ],
)
def test_a_refusal_takes_the_long_way(
    transactional_db: None,
    way: list[bool],
    offered: str | None,
    body: bytes,
    status: int,
) -> None:
    answer = post(TOKEN if offered is None else offered, body)
    assert (answer.status_code, way) == (status, [False])
    assert not Mail.objects.exists()
