"""Installs the parts of a file of pins as the launcher does, and says what came of it.

`python -m tests.windows.inside.install_parts PINS PROGRAMS`; `tests/windows/test_parts.py` serves
the archives and looks at what is left.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from launcher.runtime.installations import Places, find_rabbitmq
from launcher.runtime.parts import pins
from launcher.runtime.parts.install import install
from launcher.runtime.parts.shelf import Shelf
from launcher.runtime.parts.watching import Watch


def main(file: str, programs: str) -> None:
    """Print one JSON object: the outcome, and what is found then."""
    shelf = Shelf(Path(programs))
    outcome = install(pins.read(Path(file)), shelf, Watch(lambda _: None))
    found = find_rabbitmq(Places.here(shelf.root))
    told = {
        "ok": outcome.ok,
        "words": outcome.words,
        "remedy": outcome.remedy,
        "installed": [one.version for one in shelf.installed()],
        "erl": found.erl if found else "",
        "server": found.server if found else "",
    }
    print(json.dumps(told))


main(*sys.argv[1:])
