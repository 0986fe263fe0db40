"""Secrets in text: known ones in every form they travel in, unknown ones by their shape."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.diagnostics.masking import MASK, Masker

CANARY = "C4n/ry+s3cret&\"quo'te\\ ö"


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        quote(CANARY, safe=""),
        quote(CANARY),
        quote_plus(CANARY),
        json.dumps(CANARY),
        json.dumps(CANARY, ensure_ascii=False),
        repr(CANARY),
        base64.b64encode(CANARY.encode()).decode(),
        base64.b64encode(f"\0me\0{CANARY}".encode()).decode(),
        base64.b64encode(f"user1:{CANARY}".encode()).decode(),
        base64.b64encode(f"{CANARY}\n".encode()).decode(),
        CANARY.encode().hex(),
    ],
)
def test_a_known_secret_is_found_in_every_form(form: str) -> None:
    masked = Masker([CANARY]).mask(f"before {form} after")
    assert form not in masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert MASK in masked
    core = base64.b64encode(CANARY.encode()).decode()[4:-6]
    assert core not in masked


@given(st.text(min_size=6), st.text(), st.text())
def test_whatever_it_is_and_wherever_it_stands_it_goes(
    secret: str, before: str, after: str
) -> None:
    assert secret not in Masker([secret]).mask(before + secret + after).replace(MASK, "")


def test_a_short_one_goes_as_a_word_and_leaves_other_words_readable() -> None:
    assert Masker(["ab"]).mask("about ab, cab") == f"about {MASK}, cab"


def test_a_secret_within_another_leaves_nothing_of_it() -> None:
    assert Masker(["carrot", "carrot-and-more"]).mask("carrot-and-more") == MASK


@pytest.mark.parametrize(
    "text",
    [
        "amqp://launcher:S3CRET@127.0.0.1:5672/launcher",
        "smtps://me%40x.org:S3:CR@ET@smtp.example.org:465",
        "Authorization: Bearer S3CRETS3CRET",
        "authorization: Basic UzNDUkVU",
        "AUTH PLAIN AG1lAFMzQ1JFVA==",
        "EMAIL_HOST_PASSWORD=S3CRET",
        "export EMAIL_HOST_PASSWORD='S3 CRET'",
        '{"api_token": "S3CRET", "x": 1}',
        "{'secret_key': 'S3\\'CRET'}",
        'password = "S3CRET"',
        "Cookie: sessionid=S3CRET; csrftoken=S3CRET",
        "--password S3CRET",
        "--auth-token=S3CRET",
        '{default_pass, <<"S3CRET">>}',
        "GET /login/S3CRET-abc:1x2y3z HTTP/1.1",
        "eyJhbGciOi.eyJTM0NSRVQi.S3CRET",
        "-----BEGIN RSA PRIVATE KEY-----\nS3CRET\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nS3CRET cut off",
    ],
)
def test_what_looks_like_a_secret_is_masked_though_it_is_not_known(text: str) -> None:
    masked = Masker([]).mask(text)
    for rest in ("S3CRET", "S3:CR", "CR@ET", "S3 CRET", "S3\\'CRET", "UzNDUkVU", "AG1lAFMz"):
        assert rest not in masked
    assert MASK in masked


def test_of_a_mail_address_the_first_letter_and_the_domain_stay() -> None:
    assert (
        Masker([]).mask("to <ada.l@example.org>,x@b.co") == f"to <a{MASK}@example.org>,x{MASK}@b.co"
    )


def test_what_is_no_secret_stays_as_it_is() -> None:
    for text in (
        "worker ready at 127.0.0.1:5672, node celery@launcher",
        "http://127.0.0.1:8000/healthz 200 in 3 ms",
        "Traceback (most recent call last):",
    ):
        assert Masker(["something else"]).mask(text) == text


def test_the_users_own_folder_does_not_tell_their_name() -> None:
    assert Masker([], "/srv/ada").mask("in /srv/ada/x") == "in ~/x"
    assert Masker([], "/").mask("/etc") == "/etc"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["a_", "a.", "a'", "a", "-", "x@", "://", "password", "=", ":", "'"]
)
def test_no_line_makes_it_take_forever(unit: str) -> None:
    Masker([CANARY]).mask(unit * (200_000 // len(unit)))
