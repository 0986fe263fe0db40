"""Nothing is signed without a certificate, and a missing tool is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer import __main__ as command
from installer import packing, signing
from installer.errors import Unavailable
from installer.executables import numbers


def test_without_a_certificate_nothing_is_signed() -> None:
    assert signing.signer({}) is None


def test_the_certificate_is_configured_by_variables() -> None:
    signer = signing.signer(
        {
            signing.CERTIFICATE: "ours.p12",
            signing.PASSWORD_FILE: "word",
            signing.TIMESTAMP: "https://time.example",
        }
    )
    assert signer == signing.Signer("ours.p12", "word", "https://time.example")


def test_signing_without_a_certificate_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(signing.CERTIFICATE, raising=False)
    file = tmp_path / "program.exe"
    file.touch()
    assert command.run(["sign", str(file)]) == 2
    assert signing.CERTIFICATE in capsys.readouterr().err


def test_missing_tools_are_named_with_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signing.shutil, "which", lambda _: None)
    for tool in (signing.osslsigncode, packing.makensis):
        with pytest.raises(Unavailable, match="doctor --fix --for-tests"):
            tool()


def test_a_version_is_four_numbers_for_windows() -> None:
    assert numbers("0.1.0") == "0,1,0,0"
    assert numbers("2.11.3.post1") == "2,11,3,0"
