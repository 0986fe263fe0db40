"""Which RabbitMQ goes with which Erlang, by the table."""

from __future__ import annotations

import itertools

import pytest

from launcher.core.checks import VERSION_TABLE, Verdict, check_pair, version_tuple


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3.10.8", (3, 10, 8)),
        ("3.10.8-1.1+deb12u1", (3, 10, 8)),
        (" 27\n", (27,)),
        ("26.2.5.3", (26, 2, 5, 3)),
        ("", ()),
        ("unknown", ()),
    ],
)
def test_the_numbers_of_a_version(text: str, numbers: tuple[int, ...]) -> None:
    assert version_tuple(text) == numbers


@pytest.mark.parametrize(
    ("rabbitmq", "erlang"),
    [
        ("3.10.8", "25.2"),
        ("3.10.8", "25.2.3"),
        ("3.13.0", "26"),
        ("3.13.7", "26.2.5.3"),
        ("4.0.4", "26.2"),
        ("4.1.0", "27.3.4"),
        ("4.2.0", "26.2.5"),
        ("4.2.8", "27"),
        ("4.2.9", "27.1"),
        ("4.2.10", "27.1"),
        ("4.3.2", "26.2.5"),
        ("4.3.3", "27.0"),
        ("4.3.5", "27.3.4.1"),
        ("4.3.6", "28.5"),
        ("4.0.3", "26.2.5"),
        ("3.12.4", "26.0.2"),
        ("3.11.28", "25.3.2"),
        ("3.10.25", "24.3.4.8"),
    ],
)
def test_pairs_that_the_vendor_names_are_ok(rabbitmq: str, erlang: str) -> None:
    result = check_pair(rabbitmq, erlang)
    assert result.verdict is Verdict.OK, result
    assert rabbitmq in result.fact
    assert erlang in result.fact


@pytest.mark.parametrize(
    ("rabbitmq", "erlang", "needs"),
    [
        ("3.13.7", "25.3", "26 to 26.2.x"),
        ("3.13.7", "27.0", "26 to 26.2.x"),
        ("4.1.0", "26.1", "26.2 to 27.x"),
        ("4.1.0", "25.2.3", "26.2 to 27.x"),
        ("4.2.9", "26.2.5", "27 to 27.x"),
        ("4.3.3", "26.2.5", "27 to 27.x"),
        ("4.3.5", "28.0", "27 to 27.x"),
        ("4.0.3", "27.0", "26.2 to 26.2.x"),
        ("3.12.4", "26.1", "25 to 26.0.x"),
        ("3.10.25", "24.3.4.7", "24.3.4.8 to 25.3.x"),
    ],
)
def test_pairs_outside_a_known_range_fail_and_say_the_range(
    rabbitmq: str, erlang: str, needs: str
) -> None:
    result = check_pair(rabbitmq, erlang)
    assert result.verdict is Verdict.FAIL
    assert needs in result.fact
    assert "rabbitmq.com" in result.remedy


@pytest.mark.parametrize(
    ("rabbitmq", "erlang"),
    [("4.3.7", "29.0"), ("5.0.0", "29.0"), ("4.1.9", "26.2"), ("3.10.7", "25.2"), ("3.9.29", "25")],
)
def test_a_version_that_the_table_does_not_know_is_a_warning_with_the_page(
    rabbitmq: str, erlang: str
) -> None:
    result = check_pair(rabbitmq, erlang)
    assert result.verdict is Verdict.WARN
    assert "rabbitmq.com" in result.remedy


@pytest.mark.parametrize(("rabbitmq", "erlang"), [("", "25.2"), ("4.1.0", ""), ("", "")])
def test_an_unreadable_version_is_a_warning_that_says_so(rabbitmq: str, erlang: str) -> None:
    result = check_pair(rabbitmq, erlang)
    assert result.verdict is Verdict.WARN
    assert "of an unknown version" in result.fact
    assert "  " not in result.fact


def test_the_rows_are_in_order_and_do_not_overlap() -> None:
    rows = sorted(VERSION_TABLE, key=lambda row: row.first)
    for row in rows:
        assert row.first <= row.last
        assert row.low <= row.high
        assert row.source
    for lower, higher in itertools.pairwise(rows):
        assert lower.last < higher.first
