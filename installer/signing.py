"""Authenticode signatures, where a certificate is configured; without one nothing is signed.

By variables, so that no password is in a command that somebody reads:
CELERY_LAUNCHER_SIGN_CERTIFICATE names a PKCS#12 file, CELERY_LAUNCHER_SIGN_PASSWORD_FILE the file
with its password, CELERY_LAUNCHER_SIGN_TIMESTAMP the address of a time stamp server, without which
a signature ends with its certificate.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installer.commands import INSTALL_TOOLS, run
from installer.errors import Unavailable

CERTIFICATE = "CELERY_LAUNCHER_SIGN_CERTIFICATE"
PASSWORD_FILE = "CELERY_LAUNCHER_SIGN_PASSWORD_FILE"  # noqa: S105 - the name of a variable
TIMESTAMP = "CELERY_LAUNCHER_SIGN_TIMESTAMP"

COMMAND = (sys.executable, "-m", "installer", "sign")
"""What signs the file named behind it, by the same variables: for makensis, which calls it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs files with one certificate."""

    certificate: str
    password_file: str = ""
    timestamp: str = ""

    def sign(self, path: Path) -> None:
        """Put the signature into the file. Raises Unavailable, BuildError."""
        signed = path.with_name(f"{path.name}.signed")
        run(
            *(osslsigncode(), "sign", "-pkcs12", self.certificate, "-h", "sha256"),
            *(("-readpass", self.password_file) if self.password_file else ()),
            *(("-ts", self.timestamp) if self.timestamp else ()),
            *("-n", "Celery Launcher", "-in", str(path), "-out", str(signed)),
            what=f"{path.name} cannot be signed",
        )
        signed.chmod(path.stat().st_mode)
        signed.replace(path)


def signer(variables: Mapping[str, str] = os.environ) -> Signer | None:
    """The one that the variables configure; None without a certificate."""
    certificate = variables.get(CERTIFICATE)
    if not certificate:
        return None
    return Signer(certificate, variables.get(PASSWORD_FILE, ""), variables.get(TIMESTAMP, ""))


def osslsigncode() -> str:
    """The path of the tool. Raises Unavailable."""
    found = shutil.which("osslsigncode")
    if found is None:
        raise Unavailable("osslsigncode is not installed", INSTALL_TOOLS)
    return found
