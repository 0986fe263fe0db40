"""What is shown of a line, however hostile its bytes, and which level it claims."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.logs import MAX_LINE, Level, level_of, shown

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"plain\n", "plain"),
        (b"windows\r\n", "windows"),
        ("Grüße, 日本, 🙂".encode(), "Grüße, 日本, 🙂"),
        (b"tab\tstays", "tab\tstays"),
        (b"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        (b"\x1b[2K\x1b[1Aprogress", "\\x1b[2K\\x1b[1Aprogress"),
        (b"50%\r100%", "50%\\x0d100%"),
        (b"nul\x00bell\x07back\x08del\x7f", "nul\\x00bell\\x07back\\x08del\\x7f"),
        (b"not utf-8: \xff\xc3(", "not utf-8: \\xff\\xc3("),
        ("c1: \x9b31m\x85".encode(), "c1: \\x9b31m\\x85"),
        ("split\u2028here\u2029".encode(), "split\\u2028here\\u2029"),
        ("admin\u202etxt.exe".encode(), "admin\\u202etxt.exe"),
    ],
)
def test_a_line_as_it_is_shown(raw: bytes, text: str) -> None:
    assert shown(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x1b]52;c;ZXZpbA==\x07after", "\\x1b]52;c;ZXZpbA==\\x07after"),
        (b"\x1b]52;c;ZXZpbA==\x1b\\after", "\\x1b]52;c;ZXZpbA==\\x1b\\after"),
        (b"\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        (b"\x1b]0;no end, and more words", "\\x1b]0;no end, and more words"),
        (b"\x1bPq#0;2\x1b\\", "\\x1bPq#0;2\\x1b\\"),
        (b"\x1bc reset", "\\x1bc reset"),
        (b"ends with \x1b", "ends with \\x1b"),
        (b"ends with \x1b[31", "ends with \\x1b[31"),
        (b"\x1b\x1b[31m[0m", "\\x1b\\x1b[31m[0m"),
        ("zero\u200bwidth\ufeff".encode(), "zero\\u200bwidth\\ufeff"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_and_hides_nothing(raw: bytes, text: str) -> None:
    assert shown(raw) == text


@pytest.mark.parametrize("character", BIDI)
def test_no_direction_is_overridden(character: str) -> None:
    assert shown(f"a{character}b".encode()) == f"a\\u{ord(character):04x}b"


def test_a_long_line_is_cut_and_says_so() -> None:
    text = shown(b"x" * (MAX_LINE + 100) + b"\n")
    assert text == "x" * MAX_LINE + " … [100 more bytes in the log file]"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_of_just_the_limit_is_whole(end: bytes) -> None:
    assert shown(b"x" * MAX_LINE + end) == "x" * MAX_LINE


@pytest.mark.parametrize("letter", ["é", "日", "🙂"])
@pytest.mark.parametrize("offset", range(4))
def test_a_cut_does_not_split_a_letter(letter: str, offset: int) -> None:
    raw = b"x" * offset + letter.encode() * MAX_LINE
    text, _, rest = shown(raw).partition(" … [")
    assert text == "x" * offset + letter * (len(text) - offset)
    assert len(text.encode()) + int(rest.split()[0]) == len(raw)
    assert MAX_LINE - 4 < len(text.encode()) <= MAX_LINE


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda t: t.encode("utf-8"))))
def test_nothing_that_is_shown_is_a_control_character(raw: bytes) -> None:
    text = shown(raw)
    assert not any((c < " " and c != "\t") or "\x7f" <= c <= "\x9f" for c in text)
    assert not set(text) & {*BIDI, "\u2028", "\u2029"}
    text.encode("utf-8")


def test_random_bytes_stay_bounded() -> None:
    # Each byte becomes at most the four characters of `\xNN`.
    assert len(shown(os.urandom(1_000_000))) < 4 * MAX_LINE + 60


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("", Level.INFO),
        ("Server startup complete; 4 plugins started.", Level.INFO),
        ("[2025-01-01 10:00:00,123: WARNING/MainProcess] late", Level.WARNING),
        ("[2025-01-01 10:00:00,123: ERROR/MainProcess] Task failed", Level.ERROR),
        ("[2025-01-01 10:00:00,123: CRITICAL/MainProcess] gone", Level.ERROR),
        ("[2025-01-01 10:00:00,123: DEBUG/MainProcess] pool", Level.DEBUG),
        ("[2025-01-01 10:00:00,123: INFO/MainProcess] no ERROR here", Level.INFO),
        ("2025-01-01 10:00:00.123456+00:00 [error] <0.230.0> gone", Level.ERROR),
        ("2025-01-01 10:00:00.123456+00:00 [warning] <0.230.0> late", Level.WARNING),
        ("2025-01-01 10:00:00.123456+00:00 [notice] <0.44.0> [error] quoted", Level.INFO),
        ("2025-01-01 10:00:00.123456+00:00 [debug] <0.44.0> x", Level.DEBUG),
        ("[E 250101 10:00:00 web:1] Uncaught", Level.ERROR),
        ("[W 250101 10:00:00 web:1] 404 GET /", Level.WARNING),
        ("[I 250101 10:00:00 command:168] Visit me at ERROR", Level.INFO),
        ("[D 250101 10:00:00 x:1] x", Level.DEBUG),
        ("WARNING:root:late", Level.WARNING),
        ("INFO:waitress:Serving on a port, WARNING it is not", Level.INFO),
        ("Traceback (most recent call last):", Level.ERROR),
        ("ValueError: no such thing", Level.ERROR),
        ("django.db.utils.OperationalError: database is locked", Level.ERROR),
        ("kombu.exceptions.MyException: x", Level.ERROR),
        ("Error: Invalid value for '-P'", Level.ERROR),
        ("x.py:3: DeprecationWarning: eventlet is old", Level.WARNING),
        ("\\x1b[1;31mERROR\\x1b[0m lost", Level.ERROR),
        ("\\x1b[33m[W 250101 10:00:00 web:1]\\x1b[m 404", Level.WARNING),
        ("the errors are 0", Level.INFO),
        ("MIERROR and TERRORS", Level.INFO),
        ("list [D 1] of things", Level.INFO),
        ("x" * 300 + " ERROR", Level.INFO),
    ],
)
def test_the_level_that_a_line_claims(text: str, level: Level) -> None:
    assert level_of(text) is level


def test_levels_compare_and_have_words() -> None:
    assert Level.DEBUG < Level.INFO < Level.WARNING < Level.ERROR
    assert [level.word for level in Level] == ["debug", "info", "warning", "error"]
