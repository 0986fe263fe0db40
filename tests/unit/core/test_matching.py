"""Bindings and messages: who matches, and the reason in words.

Compared with RabbitMQ itself in tests/e2e/test_lab_matching.py.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.matching import (
    HeaderMatch,
    Headers,
    match_default,
    match_direct,
    match_headers,
    match_topic,
)

WORDS = st.sampled_from(["a", "b", "orange", "", "*", "#"])
KEYS = st.lists(WORDS, max_size=6).map(".".join)


@pytest.mark.parametrize(
    ("binding", "key", "matches", "why"),
    [
        ("*.orange.*", "quick.orange.fox", True, "* stands for “quick”, * stands for “fox”"),
        ("*.orange.*", "quick.green.fox", False, "Word 2 is “green”, the binding wants “orange”."),
        ("lazy.#", "lazy", True, "# stands for no word"),
        ("lazy.#", "lazy.orange.cat", True, "# stands for “orange.cat”"),
        ("#", "", True, "# alone takes every routing key."),
        ("", "", True, "The binding key is empty, and so is the routing key."),
        ("a.b", "a.b", True, "Every word is the same."),
        ("a.b", "a.b.c", False, "The binding key ends, but “c” is left over."),
        ("a.*", "a", False, "The routing key ends where the binding wants one more word (*)."),
        ("*", "", False, "The routing key is empty"),
        ("*", ".", False, "an empty word is left over"),
        ("a.*", "a.", True, "* stands for an empty word"),
        ("a.#.z", "a.b.c", False, "Nowhere after the # comes “z”."),
        ("#.a.b", "x.a.c", False, "Nowhere after the # comes “a.b”."),
        ("#.*", "x", True, "# stands for no word"),
    ],
)
def test_a_topic_binding_says_why(binding: str, key: str, matches: bool, why: str) -> None:
    found = match_topic(binding, key)
    assert found.matches is matches
    assert why in found.why
    assert all(part.fits for part in found.parts) is matches


def by_expression(binding: str, key: str) -> bool:
    """The rule said another way: an expression over words that each end with a dot."""
    pieces = {"*": r"[^.]*\.", "#": r"(?:[^.]*\.)*"}
    words = binding.split(".") if binding else []
    expression = "".join(pieces.get(word, re.escape(word) + r"\.") for word in words)
    return re.fullmatch(expression, f"{key}." if key else "") is not None


@given(KEYS, KEYS)
def test_topics_match_as_the_rule_says_and_the_parts_add_up(binding: str, key: str) -> None:
    found = match_topic(binding, key)
    assert found.matches is by_expression(binding, key)
    if not found.matches:
        assert sum(not part.fits for part in found.parts) == 1
    elif binding:
        assert len(found.parts) == len(binding.split("."))
        taken = [
            "" if part.found == "an empty word" else part.found
            for part in found.parts
            if part.found != "no word"
        ]
        assert ".".join(taken) == key


def test_three_hundred_words_with_wildcards_are_no_trouble() -> None:
    # The obvious recursive way would not end before the test's time limit.
    found = match_topic(".".join(["#", "a"] * 150), ".".join(["a"] * 149 + ["b"]))
    assert not found.matches
    assert "Nowhere after the #" in found.why


def test_direct_and_default_compare_the_whole_key() -> None:
    assert match_direct("error", "error").matches
    assert "Capital letters count" in match_direct("Error", "error").why
    assert "plain letters" in match_direct("log.*", "log.error").why
    assert match_default("mails", "mails").matches
    assert not match_default("mails", "mail").matches


@pytest.mark.parametrize(
    ("arguments", "match", "headers", "matches"),
    [
        ({"format": "pdf"}, "all", {"format": "pdf", "type": "log"}, True),
        ({"format": "pdf", "type": "log"}, "all", {"format": "pdf"}, False),
        ({"format": "pdf", "type": "log"}, "any", {"format": "pdf"}, True),
        ({"format": "pdf"}, "any", {"format": "zip"}, False),
        ({}, "all", {"format": "pdf"}, True),
        ({}, "any", {"format": "pdf"}, False),
        ({"pages": 1}, "all", {"pages": 1.0}, True),
        ({"pages": 1}, "all", {"pages": True}, False),
        ({"pages": 1}, "all", {"pages": "1"}, False),
        ({"pages": None}, "all", {"pages": 7}, True),
        ({"pages": None}, "all", {}, False),
        ({"x-tag": "a"}, "all", {}, True),
        ({"x-tag": "a"}, "any", {"x-tag": "a"}, False),
        ({"x-tag": "a"}, "all-with-x", {}, False),
        ({"x-tag": "a"}, "any-with-x", {"x-tag": "a"}, True),
    ],
)
def test_headers(arguments: Headers, match: str, headers: Headers, matches: bool) -> None:
    found = match_headers(arguments, HeaderMatch(match), headers)
    assert found.matches is matches
    assert found.why
