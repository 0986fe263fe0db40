"""Windows' installer: built as `--fast` does, signed, and the whole life of an installation.

The walk is `python -m installer verify`: installed silently, started by its shortcut, driven by
keys under Xvfb, refused while it runs, installed over itself, removed. What the setup program does
with folders, switches and data is seen in `test_setup`.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from installer import __main__ as command
from installer import building, signing, verifying
from installer.building import Built
from installer.errors import Unavailable
from tests.helpers.needs import need_program
from tests.windows.kit import prefix

WORD = b"of a test"
PICTURES = "INSTALLER_PICTURES"
"""Names a folder that keeps what the walk saw."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a self-signed certificate for code, and the password of its key."""
    folder = tmp_path_factory.mktemp("signing")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A publisher of tests")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "trusted.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    kept = pkcs12.serialize_key_and_certificates(
        b"test", key, certificate, None, BestAvailableEncryption(WORD)
    )
    (folder / "own.p12").write_bytes(kept)
    (folder / "word").write_bytes(WORD)
    return folder


@pytest.fixture(scope="module")
def built(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(signing.CERTIFICATE, str(authority / "own.p12"))
        patch.setenv(signing.PASSWORD_FILE, str(authority / "word"))
        try:
            made = building.build(tmp_path_factory.mktemp("setup"), fast=True, say=print)
        except Unavailable as failure:
            # Never a skip: without it nobody has Windows' program.
            pytest.fail(str(failure), pytrace=False)
        yield made


def test_the_setup_program_is_signed(built: Built, authority: Path) -> None:
    assert built.signed
    done = subprocess.run(
        ["osslsigncode", "verify", "-CAfile", str(authority / "trusted.pem"), str(built.file)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "Signature verification: ok" in done.stdout


@pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["short", "whole"]
)
def test_an_installation_is_used_and_removed_and_nothing_is_left(
    whole: bool, built: Built, tmp_path: Path
) -> None:
    need_program("Xvfb")
    need_program("xdotool")
    said: list[str] = []
    pictures = Path(os.environ.get(PICTURES) or tmp_path)
    walk = verifying.verify(built.file, pictures, said.append, whole=whole)
    assert walk.holds, "\n".join(said)
    assert len(walk.steps) == (9 if whole else 7)
    assert walk.figures["installed_mb"] < 200


def test_where_wine_cannot_be_had_it_says_so_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prefix, "_FOLDERS", (tmp_path,))
    file = tmp_path / "setup.exe"
    file.touch()
    assert command.run(["verify", str(file), "--no-record"]) == 2
    told = capsys.readouterr()
    assert "wine64" in told.err
    assert "doctor --fix --for-tests" in told.err
    assert not told.out, "no answer that somebody could take for one"
