"""Writes the parts into a zip that this user alone can read."""

from __future__ import annotations

import datetime as dt
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

from launcher.diagnostics.masking import Part


def file_name(now: dt.datetime) -> str:
    """A name by which several can lie side by side."""
    return f"celery-launcher-diagnostics-{now:%Y%m%d-%H%M%S}.zip"


def write(parts: Sequence[Part], path: Path) -> None:
    """Put the file there in one step; one that is there is replaced. Raises OSError."""
    trial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(trial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
        ):
            for part in parts:
                made.writestr(part.name, part.text.encode("utf-8", "replace"))
        trial.replace(path)
    except BaseException:
        trial.unlink(missing_ok=True)
        raise
