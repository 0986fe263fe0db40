"""`launcher.gui.logs.line_filter`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launcher.core.logs import Level, LogRecord
from launcher.gui.logs.line_filter import FilterError, LineFilter


def line(text: str, level: Level = Level.INFO, service: str = "worker") -> LogRecord:
    return LogRecord(0, 0.0, service, level, text)


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("mail 7", "sent MAIL 7f", "mail 8"),
        ("a.b", "a.b", "axb"),
        ("/mail (7|8)/", "mail 8", "mail 9"),
        ("/", "a/b", "ab"),
        ("//", "http://x", "http:/x"),
    ],
)
def test_text_is_taken_as_it_is_unless_it_stands_between_slashes(
    text: str, wanted: str, unwanted: str
) -> None:
    found = LineFilter(text=text)
    assert found.wants(line(wanted))
    assert not found.wants(line(unwanted))


def test_a_level_lets_the_more_serious_pass() -> None:
    found = LineFilter(level=Level.WARNING)
    assert found.wants(line("", Level.ERROR))
    assert not found.wants(line("", Level.INFO))


def test_a_service_shuts_the_others_out() -> None:
    assert not LineFilter("django").wants(line(""))
    assert LineFilter("worker").wants(line(""))


def test_only_an_empty_filter_wants_all() -> None:
    assert LineFilter().wants_all
    assert not LineFilter("worker").wants_all
    assert not LineFilter(level=Level.INFO).wants_all
    assert not LineFilter(text="x").wants_all


def test_a_broken_expression_says_what_is_wrong() -> None:
    with pytest.raises(FilterError, match="Not a regular expression"):
        LineFilter(text="/(/")


def test_an_expression_that_would_try_for_ever_ends() -> None:
    assert not LineFilter(text="/(a+)+$/").wants(line("a" * 8_000 + "b"))


def test_a_broken_expression_says_at_which_letter() -> None:
    with pytest.raises(FilterError, match="missing closing parenthesis, at letter 2"):
        LineFilter(text="/(/")


@pytest.mark.parametrize(
    ("text", "shown", "words"),
    [
        ("mail", "Mail 1, mail 2", ["Mail", "mail"]),
        ("/\\d+/", "🙂 12 🙂 345", ["12", "345"]),
        ("/x*/", "axxb", ["xx"]),
        ("", "abc", []),
        ("ä", "Äpfel", ["Ä"]),
    ],
)
def test_matches_are_found_where_they_stand(text: str, shown: str, words: list[str]) -> None:
    assert [shown[begin:end] for begin, end in LineFilter(text=text).spans(shown)] == words


def test_a_plain_text_is_a_needle_and_an_expression_is_none() -> None:
    assert LineFilter(text="Mail 12").needle == b"mail 12"
    assert LineFilter(text="/mail/").needle == b""
    assert LineFilter(text="Grüße").needle == b""


EXPRESSIONS = (
    "a$",
    "^b",
    "a\\s*b",
    "[^c]b",
    "^$",
    "(a|b)c?$",
    "a(?!b)",
    "(?<=a)b",
    "\\Ab",
    "b\\z",
    "\\bab\\b",
    "a.b",
    "\\W",
    "a\\Kb",
    "(ab)+\\1",
    "b\\R?a",
)


@settings(deadline=None)
@given(
    st.sampled_from(EXPRESSIONS),
    st.lists(st.text(st.sampled_from("ab c"), max_size=5), min_size=1, max_size=6),
)
def test_lines_are_never_skipped_together_when_one_of_them_matches(
    expression: str, lines: list[str]
) -> None:
    wanted = LineFilter(text=f"/{expression}/")
    if any(wanted.wants_text(text) for text in lines):
        assert wanted.may_be_in("\n".join(lines))


def test_lines_are_skipped_together_when_none_of_them_matches() -> None:
    assert not LineFilter(text="/mail-\\d+$/").may_be_in("mail-\n12\nmail-12 received")
    assert LineFilter(text="/(?i)x/").may_be_in("nothing")
