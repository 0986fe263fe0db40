"""A mail's HTML as it may be shown."""

import base64
from email import policy
from email.message import EmailMessage

import pytest

from send_mail import safe_html

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def shown(html: str, message: EmailMessage | None = None) -> str:
    return safe_html.harmless(html, message or EmailMessage(policy=policy.default))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<iframe src=x></iframe>", "<x-iframe src=x></x-iframe>"),
        ("<IFrame\nsrc=x>", "<x-IFrame\nsrc=x>"),
        ("<object/data=x>", "<x-object/data=x>"),
        ("<p title='<embed src=x>'>", "<p title='<x-embed src=x>'>"),
        ("<!-- --!><meta http-equiv=refresh>", "<!-- --!><x-meta http-equiv=refresh>"),
        ("<link rel=preconnect href=x>", "<x-link rel=preconnect href=x>"),
        ("<base href=x>", "<x-base href=x>"),
        ("<iframe", "<x-iframe"),
        ("<frameset><frame src=x></frameset>", "<x-frameset><x-frame src=x></x-frameset>"),
    ],
)
def test_what_acts_by_itself_loses_its_name(given: str, wanted: str) -> None:
    assert shown(given).endswith(wanted)


@pytest.mark.parametrize(
    "html",
    ["<p>Ünïcode 漢字</p>", "<basefont><b>x</b>", "a < iframe", "<metal>", "<p>&lt;iframe></p>"],
)
def test_all_else_stays_as_it_came(html: str) -> None:
    assert shown(html).endswith(html)


def test_a_doctype_stays_first() -> None:
    assert shown("\n<!DOCTYPE html>\n<p>x").startswith("\n<!DOCTYPE html><base ")
    assert shown("<p>x").startswith("<base ")


def related(content_type: str = "image/png", data: bytes = PIXEL) -> EmailMessage:
    message = EmailMessage(policy=policy.default)
    message.set_content("<img src='cid:logo'>", subtype="html")
    message.add_related(data, maintype="image", subtype="png", cid="<logo>")
    list(message.iter_parts())[1].replace_header("Content-Type", content_type)
    return message


def test_a_picture_that_the_mail_carries_is_shown() -> None:
    wanted = f"<img src='data:image/png;base64,{base64.b64encode(PIXEL).decode()}'>"
    assert shown("<img src='cid:logo'>", related()).endswith(wanted)
    assert shown("<img src='cid:other'>", related()).endswith("<img src='cid:other'>")


def test_a_type_that_would_end_its_attribute_is_no_picture() -> None:
    html = shown("<img src='cid:logo'>", related("image/x'><script>"))
    assert html.endswith("<img src='cid:logo'>")
    assert shown("cid:logo", related("text/html")).endswith("cid:logo")


def test_a_picture_named_ever_so_often_does_not_fill_the_memory() -> None:
    html = shown("cid:logo " * 1000, related(data=b"x" * 2**20))
    assert len(html) < safe_html._MOST_PICTURED + 10_000
