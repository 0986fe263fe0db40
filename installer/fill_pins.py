"""`python -m installer.fill_pins`: fill and check size and SHA-256 of what Windows fetches.

For a maintainer, on a machine with internet and gpg. Each archive that
`launcher/runtime/parts/pins.toml` names is downloaded and compared with the digest in its
publisher's release listing and with the pin that stands there already; RabbitMQ's also with its
signature, made by the key of the pinned fingerprint. Only when all of it holds the file is written.
Exit code 0 done, 1 something does not hold.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit

from launcher.core.parts import Expected, Part
from launcher.runtime.parts import net, pins
from launcher.runtime.parts.download import bring
from launcher.runtime.parts.publisher import expected
from launcher.runtime.parts.watching import PartError, Watch

PINS = Path(pins.__file__).with_name("pins.toml")
_LARGEST_KEY = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the file; what does not hold is said."""
    asked = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="celery-launcher-pins-") as folder:
            changed = fill(asked.pins, Path(folder))
    except (PartError, pins.PinError, OSError) as error:
        sys.stderr.write(f"Nothing was written: {error}. {getattr(error, 'remedy', '')}\n")
        return 1
    sys.stdout.write("\n".join(changed or ["Everything stands there already and holds."]) + "\n")
    return 0


def fill(file: Path, folder: Path) -> list[str]:
    """Fill the pins of `file`, downloading to `folder`; returns what was filled, in words.

    Raises PartError, PinError or OSError, and leaves the file as it was.
    """
    document = tomlkit.parse(file.read_text(encoding="utf-8"))
    changed: list[str] = []
    for part in pins.parse(file.read_text(encoding="utf-8")):
        table: Any = document[part.name]
        found = _look(part, table.get("signature"), folder)
        record = f"{part.listing} (assets[].digest, .size)"
        if "signature" in table:
            record += f"; signed by {table['signature']['fingerprint']}"
        for name, value in (("sha256", found.sha256), ("size", found.size)):
            if not table[name]:
                table[name] = value
                table[f"{name}_record"] = record
                changed.append(f"{part.words}: {name} {value}")
    filled = tomlkit.dumps(document)
    pins.parse(filled)
    file.write_text(filled, encoding="utf-8")
    return changed


def _look(part: Part, signature: Mapping[str, str] | None, folder: Path) -> Expected:
    """Digest and size that listing, archive, pin and signature agree on. Raises PartError."""
    watch = Watch(_say)
    told = expected(replace(part, sha256=""), watch)
    if part.sha256 and part.sha256 != told.sha256:
        raise PartError(
            f"{part.words} is pinned to {part.sha256}, and its publisher lists {told.sha256}",
            "Find out why before anything is changed",
        )
    archive = bring(part, told, folder, watch)
    if signature is not None:
        verify(archive, f"{part.address}.asc", signature, folder)
    return told


def verify(archive: Path, address: str, signature: Mapping[str, str], folder: Path) -> None:
    """Have gpg check that the archive was signed by the pinned key. Raises PartError, OSError."""
    home, key, signed = folder / "gnupg", folder / "key.asc", folder / "signature.asc"
    home.mkdir(mode=0o700, exist_ok=True)
    key.write_bytes(net.read(signature["key"], {}, _LARGEST_KEY))
    signed.write_bytes(net.read(address, {}, _LARGEST_KEY))
    _gpg(home, "--import", str(key))
    told = _gpg(home, "--status-fd", "1", "--verify", str(signed), str(archive))
    # VALIDSIG ends with the fingerprint of the primary key, whichever subkey signed.
    # https://github.com/gpg/gnupg/blob/master/doc/DETAILS
    valid = [line.split() for line in told.splitlines() if line.startswith("[GNUPG:] VALIDSIG ")]
    if not any(words[-1] == signature["fingerprint"] for words in valid):
        raise PartError(
            f"{archive.name} was not signed by the key {signature['fingerprint']}",
            f"Compare the fingerprint with {signature['record']}",
        )


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _gpg(home: Path, *words: str) -> str:
    done = subprocess.run(
        ["gpg", "--batch", "--homedir", str(home), *words],
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    return done.stdout


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m installer.fill_pins", description=__doc__)
    parser.add_argument("--pins", type=Path, default=PINS, help="the file to fill")
    return parser


if __name__ == "__main__":
    sys.exit(main())
