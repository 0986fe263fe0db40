"""Presets: complete, safe, each with its record."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from launcher.smtp.presets import Preset, preset_of, presets
from launcher.smtp.profile import Security, profile_from

each = pytest.mark.parametrize("preset", presets().values(), ids=lambda preset: preset.name)


def test_there_are_some() -> None:
    assert {"gmail", "microsoft365", "fastmail", "ses", "postmark"} <= set(presets())


@each
def test_a_preset_makes_a_profile(preset: Preset) -> None:
    entries = {"host": preset.host, "port": preset.port, "security": preset.security.value}
    profile, errors = profile_from(preset.name, entries | {"user": preset.user})
    assert errors == {}
    assert profile is not None


@each
def test_a_preset_is_encrypted_says_its_login_and_stands_beside_its_record(preset: Preset) -> None:
    assert preset.security is not Security.NONE
    assert preset.hint.endswith(".")
    record = urlsplit(preset.record)
    assert record.scheme == "https"
    assert record.path not in ("", "/")


@each
def test_a_server_is_known_by_its_name(preset: Preset) -> None:
    assert preset_of(preset.host.upper()) is preset


def test_a_server_of_another_region_is_its_providers() -> None:
    assert preset_of("email-smtp.eu-west-1.amazonaws.com") is presets()["ses"]
    assert preset_of("smtp.example.org") is None
    assert preset_of("gmail.com.example.org") is None
