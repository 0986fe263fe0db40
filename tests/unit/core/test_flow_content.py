"""Messages in words, whatever they hold."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from launcher.core.flow_content import LONGEST, content, task_id


def test_json_is_set_out_and_headers_are_named() -> None:
    found = content({"priority": 0, "correlation_id": "x"}, {"lang": "py"}, b'[[12],{},{"a":1}]')
    assert ("header lang", "py") in found.headers
    assert ("priority", "0") in found.headers
    assert '"a": 1' in found.body
    assert found.note == ""


def test_bytes_that_are_no_utf_8_are_shown_as_bytes_and_said() -> None:
    found = content({}, {}, b"\xff\xfe\x00mail")
    assert found.body == f"0000  {'ff fe 00 6d 61 69 6c':<48} ...mail"
    assert "Not UTF-8" in found.note


def test_control_characters_are_not_let_through() -> None:
    assert "\x1b" not in content({}, {}, b"\x1b[31mred").body


def test_what_turns_the_direction_of_writing_is_written_out() -> None:
    found = content({}, {"a\u202eb": "\ud800"}, "x\u202ey".encode())
    assert found.headers == (("header a\\u202eb", "\\ud800"),)
    assert found.body == "x\\u202ey"


def test_a_long_body_is_cut_and_its_length_said() -> None:
    found = content({}, {}, b"x" * 100_000)
    assert len(found.body) == LONGEST
    assert "100,000 bytes" in found.note


def test_the_task_is_found_by_its_header_or_its_correlation_id() -> None:
    assert task_id({"correlation_id": "b"}, {"id": "a"}) == "a"
    assert task_id({"correlation_id": "b"}, {}) == "b"
    assert task_id({"correlation_id": 7}, {"id": None}) == ""


# Chosen, not made up by recursion, which would take seconds.
ANY = st.sampled_from(
    [
        None,
        True,
        7,
        -1,
        1e400,
        float("nan"),
        "",
        "x",
        "\ud800",
        "\x1b[2J",
        b"\xff",
        [],
        ["a"],
        {"a": 1},
    ]
)


@given(st.dictionaries(st.text(), ANY), st.dictionaries(st.text(), ANY), st.binary(max_size=300))
def test_whatever_a_message_holds_it_is_words(
    properties: dict[str, Any], headers: dict[str, Any], body: bytes
) -> None:
    found = content(properties, headers, body)
    assert all(isinstance(words, str) for pair in found.headers for words in pair)
    shown = [found.body, *(words for pair in found.headers for words in pair)]
    assert all(letter.isprintable() or letter in "\n\t" for words in shown for letter in words)
