"""R19: a home with spaces, with letters beyond ASCII, with 200 characters."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.faults import mails
from tests.faults.setting import Options, repeat
from tests.helpers.measuring import Tally
from tests.helpers.stack import Stack

LENGTH = 200
"""Characters of the long home's whole path."""


def r19(options: Options) -> Tally:
    """Each home in turn: everything starts in it, a mail goes its way, everything stops."""
    tally = Tally("R19", options.repeats)
    broker = options.broker_or("rabbitmq")

    def trial() -> None:
        base = Path(tempfile.mkdtemp(prefix="celery-launcher-r19-"))
        try:
            for kind, home in homes(base).items():
                with Stack(broker=broker, home=home, settings=options.settings() or "") as stack:
                    mark = mails.word()
                    mails.submit(stack, mark, 1)
                    (row,) = mails.all_final(stack, mark, 1, 60)
                    assert row.state == "DELIVERED", (kind, row)
                tally.count(f"started_{kind}")
        finally:
            shutil.rmtree(base, ignore_errors=True)

    repeat(tally, trial)
    return tally


def homes(base: Path) -> dict[str, Path]:
    """The three homes, below `base`."""
    return {
        "spaces": base / "my own  files" / "celery launcher",
        "beyond_ascii": base / "Größe é 漢字 Ω",
        "long": _long(base),
    }


def _long(base: Path) -> Path:
    """A path of exactly LENGTH characters, in steps that every file system takes."""
    path = base
    while (room := LENGTH - len(str(path)) - 1) > 0:
        # What would leave no room for a last step of its own goes into this one.
        path /= "l" * (room if room < 52 else 50)
    return path
