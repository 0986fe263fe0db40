"""The maintainer's command: filled only when listing, archive, pin and signature agree."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from installer import fill_pins
from launcher.core.parts import Part
from launcher.runtime.parts import pins
from tests.helpers.publisher import Publisher
from tests.unit.runtime.parts.conftest import publisher as publisher  # noqa: PLC0414 - a fixture

SIGNER = "RabbitMQ Release Signing Key of a test <test@example.org>"


@dataclass(frozen=True)
class Key:
    """A signing key of the test's own."""

    home: Path
    fingerprint: str

    def run(self, *words: str) -> bytes:
        command = ["gpg", "--batch", "--quiet", "--homedir", str(self.home), *words]
        return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture
def key(tmp_path: Path) -> Iterator[Key]:
    # Short: the socket of gpg's agent stands in it.
    home = tmp_path / "k"
    home.mkdir(mode=0o700)
    made = Key(home, "")
    made.run("--passphrase", "", "--quick-generate-key", SIGNER, "ed25519", "sign", "never")
    listed = made.run("--with-colons", "--list-keys").decode()
    lines = [line.split(":") for line in listed.splitlines()]
    yield Key(home, next(line[9] for line in lines if line[0] == "fpr"))
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


@pytest.fixture
def file(tmp_path: Path, publisher: Publisher, key: Key) -> Path:
    """Pins without digests, of a RabbitMQ that was signed."""
    erlang, rabbitmq = publisher.parts(pinned=False)
    archive = tmp_path / "to sign.zip"
    archive.write_bytes(publisher.files[f"/releases/{rabbitmq.file}"])
    signature = key.run("--armor", "--output", "-", "--detach-sign", str(archive))
    publisher.files[f"/releases/{rabbitmq.file}.asc"] = signature
    publisher.files["/key.asc"] = key.run("--armor", "--export")
    text = "# Why each stands here.\n" + "\n".join(_table(part) for part in (erlang, rabbitmq))
    text += (
        f'[rabbitmq.signature]\nfingerprint = "{key.fingerprint}"\n'
        f'key = "{publisher.address}/key.asc"\nrecord = "a test"\n'
    )
    path = tmp_path / "pins.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _table(part: Part) -> str:
    needs = ", ".join(f'"{need}"' for need in part.needs)
    names = ("title", "version", "address", "address_record", "listing", "folder", "top")
    lines = [f'{name} = "{getattr(part, name)}"' for name in names]
    empty = 'sha256 = ""\nsha256_record = ""\nsize = 0\nsize_record = ""\n'
    return "\n".join([f"[{part.name}]", *lines, f"needs = [{needs}]", empty])


def test_empty_pins_are_filled_with_what_all_agree_on(
    file: Path, publisher: Publisher, key: Key, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fill_pins.main(["--pins", str(file)]) == 0, capsys.readouterr()
    assert file.read_text(encoding="utf-8").startswith("# Why each stands here.\n")
    for part in pins.read(file):
        data = publisher.files[f"/releases/{part.file}"]
        assert (part.sha256, part.size) == (hashlib.sha256(data).hexdigest(), len(data))
        assert part.sha256_record.startswith(part.listing)
    assert key.fingerprint in pins.read(file)[1].sha256_record
    assert fill_pins.main(["--pins", str(file)]) == 0
    assert "holds" in capsys.readouterr().out


def refused(file: Path, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_text(encoding="utf-8")
    assert fill_pins.main(["--pins", str(file)]) == 1
    assert words in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == before


def test_a_signature_by_another_key_fills_nothing(
    file: Path, key: Key, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(key.fingerprint, "0" * 40), encoding="utf-8")
    refused(file, "was not signed by the key 0000", capsys)


def test_a_signature_of_something_else_fills_nothing(
    file: Path, publisher: Publisher, key: Key, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").write_bytes(b"another file")
    (path,) = [each for each in publisher.files if each.endswith(".zip.asc")]
    publisher.files[path] = key.run(
        "--armor", "--output", "-", "--detach-sign", str(tmp_path / "other")
    )
    refused(file, "was not signed by the key", capsys)


def test_a_missing_signature_fills_nothing(
    file: Path, publisher: Publisher, capsys: pytest.CaptureFixture[str]
) -> None:
    publisher.files = {
        path: data for path, data in publisher.files.items() if not path.endswith(".zip.asc")
    }
    refused(file, "no longer has", capsys)


def test_a_pin_that_the_publisher_contradicts_is_told_and_kept(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file.read_text(encoding="utf-8")
    wrong = text.replace(
        'sha256 = ""\nsha256_record = ""', f'sha256 = "{"0" * 64}"\nsha256_record = "a test"', 1
    )
    file.write_text(wrong, encoding="utf-8")
    refused(file, "its publisher lists", capsys)
