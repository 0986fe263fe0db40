"""`launcher.gui.mail.addresses` and the list of those who get a mail of their own."""

from __future__ import annotations

import pytest

from launcher.gui.mail.addresses import Address, fault, joined, parse
from launcher.gui.mail.compose.recipient_list import as_csv


def texts(text: str) -> list[str]:
    return [one.text for one in parse(text)]


def test_addresses_are_parted_by_comma_semicolon_tab_or_line() -> None:
    assert texts(" a@x.org, b@x.org;c@x.org\td@x.org\n ,\r\ne@x.org") == [
        f"{letter}@x.org" for letter in "abcde"
    ]
    assert texts("") == []


def test_plain_addresses_may_be_parted_by_spaces_and_names_hold_them() -> None:
    assert texts("a@x.org b@x.org") == ["a@x.org", "b@x.org"]
    assert texts("Ada Lovelace <a@x.org>") == ["Ada Lovelace <a@x.org>"]
    assert texts("Ada <a@x.org> Bob <b@x.org>") == ["Ada <a@x.org>", "Bob <b@x.org>"]
    assert texts('"Doe, Jane" <j@x.org>, b@x.org') == ['"Doe, Jane" <j@x.org>', "b@x.org"]


def test_the_same_address_stands_once_whatever_its_name_and_case() -> None:
    assert texts("a@x.org, Ada <A@X.org>") == ["a@x.org"]
    known = parse("a@x.org, b@x.org")
    assert [one.text for one in joined(known, parse("B@x.org, c@x.org"))] == [
        "a@x.org",
        "b@x.org",
        "c@x.org",
    ]


@pytest.mark.parametrize(
    "good",
    [
        "a@x.org",
        "a.b+c@mail.example.org",
        "root@localhost",
        "Ada <ada@example.org>",
        "a@müller.example",
        "a@xn--mller-kva.example",
    ],
)
def test_nothing_is_wrong_with_these(good: str) -> None:
    assert fault(good) == ""


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        ("nobody at all", 'no "@"'),
        ("@x.org", "before"),
        ("a@", "missing"),
        ("a@x", "needs a dot"),
        ("a b@x.org", "A space"),
        ("a..b@x.org", "dot"),
        (".a@x.org", "dot"),
        ("a@x..org", "dot"),
        ("a@-x.org", "hyphen"),
        ("a@x_y.org", "letter"),
        ("ä@x.org", "ASCII"),
        (f"{'a' * 65}@x.org", "64"),
        (f"a@{'x' * 64}.org", "63"),
        ("a@x@y.org", '"@"'),
        ("a\u2028b@x.org", "control"),
        ("a\0@x.org", "control"),
    ],
)
def test_what_is_wrong_is_said(bad: str, part: str) -> None:
    assert part in fault(bad)
    assert parse(bad)[0].reason


def test_ten_thousand_addresses_are_read_as_one_list() -> None:
    found = parse("\n".join(f"person{number}@example.org" for number in range(10_000)))
    assert len(found) == 10_000
    assert found[-1] == Address("person9999@example.org")


def test_a_plain_list_gets_a_header_line_and_keeps_its_lines() -> None:
    assert as_csv("a@x.org\nsomebody\nb@x.org") == ("email\na@x.org\nsomebody\nb@x.org\n", 1)


def test_several_addresses_a_line_are_one_line_each() -> None:
    assert as_csv('a@x.org, "Doe, J" <j@x.org>') == (
        'email\na@x.org\n"""Doe, J"" <j@x.org>"\n',
        1,
    )


def test_a_csv_with_its_own_header_stays_as_it_is() -> None:
    assert as_csv("\ufeffemail,name\na@x.org,Ada") == ("email,name\na@x.org,Ada", 0)
    assert as_csv("\n \n") == ("", 0)
