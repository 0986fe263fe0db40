"""Arguments as JSON, checked against what the task takes, and back from what events show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.tasks_arguments import (
    LONGEST,
    ArgumentsError,
    Parameter,
    Signature,
    as_json,
    check,
    read_args,
    read_kwargs,
    signature,
)

MAIL = Signature((Parameter("mail_id", type="int"),))
MANY = Signature(
    (
        Parameter("to", type="str"),
        Parameter("copies", required=False, type="int", default="1"),
        Parameter("urgent", kind="keyword", required=False, type="bool", default="False"),
    )
)
OPEN = Signature((Parameter("parts", kind="more", required=False), Parameter("n", kind="named")))

_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text().filter(lambda text: not text.endswith("...")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(max_size=9).filter(lambda text: not text.endswith("...")), inner)
    ),
    max_leaves=6,
)


def test_lists_and_objects_are_read_and_nothing_is_none() -> None:
    assert read_args('[1, "two", null]') == [1, "two", None]
    assert read_kwargs('{"a": [1]}') == {"a": [1]}
    assert read_args("") == []
    assert read_kwargs("") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2", "not JSON: .* at line 1, column"),
        ("[1,\n two]", "line 2, column 2"),
        ("(1, 2)", "not JSON"),
        ("12", "a JSON list such as .* not a number"),
        ('{"a": 1}', "not an object"),
        ("[NaN]", "NaN is no number of JSON"),
        ("[" * 100_000, "not JSON"),
        ("[" + "1," * LONGEST + "1]", "longer than 1,000,000"),
    ],
)
def test_what_is_no_list_of_json_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(ArgumentsError, match=words):
        read_args(text)


@pytest.mark.parametrize(
    ("wanted", "args", "kwargs"),
    [
        (MAIL, [12], {}),
        (MAIL, [], {"mail_id": 12}),
        (MANY, ["you"], {"urgent": True}),
        (MANY, ["you", 3], {}),
        (OPEN, [1, 2, 3], {"any": "thing"}),
    ],
)
def test_what_the_task_takes_is_let_through(
    wanted: Signature, args: list[Any], kwargs: dict[str, Any]
) -> None:
    check(wanted, args, kwargs)


@pytest.mark.parametrize(
    ("wanted", "args", "kwargs", "words"),
    [
        (MAIL, [], {}, "mail_id is missing"),
        (MAIL, [1, 2], {}, "takes 1 argument, and 2 are given"),
        (Signature(), [1], {}, "takes no arguments, and 1"),
        (MAIL, ["12"], {}, "mail_id has to be int, not a text"),
        (MAIL, [True], {}, "mail_id has to be int, not true or false"),
        (MAIL, [12], {"mail_id": 12}, "given twice"),
        (MAIL, [12], {"mial": 1}, r"no parameter mial\. It takes \(mail_id: int\)"),
        (MANY, ["you", 1, True], {}, "takes 2 arguments, and 3"),
    ],
)
def test_what_it_does_not_take_is_refused_before_it_is_published(
    wanted: Signature, args: list[Any], kwargs: dict[str, Any], words: str
) -> None:
    with pytest.raises(ArgumentsError, match=words):
        check(wanted, args, kwargs)


@given(st.lists(_PLAIN, max_size=4))
def test_what_an_event_shows_is_read_back_as_it_was(args: list[Any]) -> None:
    assert json.loads(as_json(repr(args))) == args
    assert json.loads(as_json(repr(tuple(args)))) == args


@pytest.mark.parametrize(
    "shown",
    [
        "('" + "x" * 1_000 + "...",
        "[1, ...]",
        "['long te...']",
        "<object at 0x7f>",
        "[nan]",
        "[b'x']",
        "{1: 2}",
        "__import__('os')",
        "(" * 5_000,
    ],
)
def test_what_was_cut_or_is_no_json_is_not_guessed(shown: str) -> None:
    with pytest.raises(ArgumentsError, match="Write them anew"):
        as_json(shown)


def test_a_signature_is_read_from_what_a_worker_tells_and_shown_as_python_writes_it() -> None:
    told = {
        "parameters": [
            {"name": "to", "kind": "positional", "required": True, "type": "str", "default": ""},
            {"name": "n", "kind": "keyword", "required": False, "type": "", "default": "25"},
            {"name": "rest", "kind": "named", "required": False, "type": "", "default": ""},
        ],
        "words": "Send it.",
    }
    read = signature(told)
    assert read is not None
    assert read.text == "(to: str, n = 25, **rest)"
    for broken in (None, {}, {"parameters": 3}, {"parameters": [{"nam": "x"}]}):
        assert signature(broken) is None
