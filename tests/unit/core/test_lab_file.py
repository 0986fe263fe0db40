"""Labs as files: what is written is read again, and what is wrong names its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.lab import Lab, LabBinding, LabMessage, LabQueue
from launcher.core.lab_error import LabError
from launcher.core.lab_examples import EXAMPLES
from launcher.core.lab_file import read_lab, write_lab
from launcher.core.matching import ExchangeKind, HeaderMatch

VALUES = st.none() | st.booleans() | st.integers(-(2**31) + 1, 2**31 - 1) | st.text(max_size=20)
VALUES |= st.floats(allow_nan=False, allow_infinity=False)
HEADERS = st.dictionaries(
    st.text(min_size=1, max_size=20).filter(lambda name: name not in ("CC", "BCC", "x-match")),
    VALUES,
    max_size=4,
).map(lambda found: tuple(found.items()))


@pytest.mark.parametrize("lab", EXAMPLES, ids=lambda lab: lab.exchange.value)
def test_an_example_is_read_as_it_was_written(lab: Lab) -> None:
    assert read_lab(write_lab(lab).encode()) == lab


@given(HEADERS, st.binary(max_size=40), st.text(max_size=60), st.sampled_from(HeaderMatch))
def test_any_lab_is_read_as_it_was_written(
    headers: Any, body: bytes, key: str, match: HeaderMatch
) -> None:
    lab = Lab(
        exchange=ExchangeKind.HEADERS,
        queues=(LabQueue("q", 0),),
        bindings=(LabBinding("q", key, headers, match),),
        message=LabMessage(key, headers, body, 5),
    )
    again = read_lab(write_lab(lab).encode())
    assert again == lab
    # In Python True == 1 == 1.0.
    assert repr(again.bindings) == repr(lab.bindings)


def changed(**fields: Any) -> bytes:
    return json.dumps({"celery-launcher-lab": 1, **fields}).encode()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no JSON"),
        (b"{\n\n nonsense", "line 3"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "is no lab"),
        (b"{}", "is no lab"),
        (b" " * 1_000_001, "is no lab"),
        (b'{"celery-launcher-lab": 2}', "format 2"),
        (changed(exchange="topics"), "exchange: “topics” is none of: default, direct"),
        (changed(queues={}), "queues: It must be a list"),
        (changed(queues=["a"]), r"queues\[0\]: It must be an object"),
        (changed(queues=[{}]), r"queues\[0\]: A queue has no name"),
        (changed(queues=[{"name": "a", "ttl": 3}]), r"queues\[0\]: “ttl” is not known.*ttl_ms"),
        (
            changed(queues=[{"name": "a", "ttl_ms": True}]),
            r"queues\[0\]\.ttl_ms: It must be",
        ),
        (changed(bindings=[{"queue": "a"}]), "names the queue a, which is not there"),
        (
            changed(bindings=[{"queue": "a", "key": "w." * 300}]),
            r"bindings\[0\]: The binding key has 600 bytes",
        ),
        (
            changed(bindings=[{"queue": "a", "arguments": {"x": [1]}}]),
            r"bindings\[0\]\.arguments\.x: A header is text",
        ),
        (changed(message={"body_base64": "!"}), r"message\.body: It cannot be read"),
        (changed(message={"body": "a", "body_base64": "YQ=="}), "Keep one"),
        (changed(surprise=1), "“surprise” is not known"),
    ],
)
def test_a_wrong_file_says_where_and_what_helps(raw: bytes, words: str) -> None:
    with pytest.raises(LabError, match=words) as refused:
        read_lab(raw)
    assert refused.value.remedy


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(raw: bytes) -> None:
    with pytest.raises(LabError):
        read_lab(raw)
