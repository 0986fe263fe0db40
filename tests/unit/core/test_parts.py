"""What of a pin is refused, and what the shipped ones say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from launcher.core.parts import Part, faults, fit_together, is_older
from launcher.runtime.parts import pins

GOOD = Part(
    name="erlang",
    title="Erlang",
    version="27.3.4",
    address="https://example.org/otp_win64_27.3.4.zip",
    address_record="a test",
    listing="https://example.org/listing",
    folder="erlang-27.3.4",
    needs=("bin/erl.exe",),
)


def test_a_pin_may_be_empty_where_no_record_tells_it() -> None:
    assert faults(GOOD) == ()
    assert GOOD.file == "otp_win64_27.3.4.zip"
    assert GOOD.words == "Erlang 27.3.4"


@pytest.mark.parametrize(
    "change",
    [
        {"address": "http://example.org/otp.zip"},
        {"address": "https:///otp.zip"},
        {"listing": "ftp://example.org/listing"},
        {"sha256": "0" * 63, "sha256_record": "a test"},
        {"sha256": "A" * 64, "sha256_record": "a test"},
        {"sha256": "0" * 64},
        {"size": 100},
        {"size": 500_000_000, "size_record": "a test"},
        {"address_record": ""},
        {"folder": "../erlang"},
        {"address": "https://example.org/..%2f.zip/"},
    ],
)
def test_a_pin_that_could_lead_astray_is_told(change: dict[str, Any]) -> None:
    assert faults(replace(GOOD, **change))


def test_an_older_version_is_known_by_its_numbers() -> None:
    assert is_older(GOOD, ["27.3.10", "26.0"]) == "27.3.10"
    assert is_older(GOOD, ["27.3.4", "9.0"]) == ""
    assert is_older(GOOD, []) == ""


def test_the_shipped_pins_go_together_and_each_names_its_record() -> None:
    parts = pins.shipped()
    assert [part.name for part in parts] == ["erlang", "rabbitmq"]
    assert fit_together(parts)
    for part in parts:
        assert faults(part) == ()
        assert part.address_record.startswith("https://")
        assert part.version in part.address
        assert part.version in part.listing
        assert part.version in part.folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[erlang]\n", "needs"),
        ("[erlang]\nneeds = []\nsurprise = 1\n", "surprise"),
        ("", "must hold"),
    ],
)
def test_a_file_of_pins_that_cannot_be_used_says_why(text: str, words: str) -> None:
    with pytest.raises(pins.PinError, match=words):
        pins.parse(text)


def test_pins_that_do_not_go_together_are_refused() -> None:
    from importlib import resources

    text = resources.files("launcher.runtime.parts").joinpath("pins.toml").read_text("utf-8")
    with pytest.raises(pins.PinError, match="do not go together"):
        pins.parse(text.replace('version = "27.3.4.17"', 'version = "26.0"'))
