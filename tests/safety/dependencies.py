"""S9: nothing that is installed has a known and mended hole, as pip-audit's database tells."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.helpers.measuring import NotMeasured
from tests.helpers.programs import ROOT
from tests.safety.trying import Attempts

_LIMIT = 300.0
_PIP_AUDIT = "pip-audit==2.10.1"
"""By uv, in an environment of its own: it brings 14 packages that nothing else here needs."""
REQUIREMENTS = ("constraints.txt", "installer/requirements-windows.txt")
"""What the tests ran with, and what the installer bundles, where that file is there."""


def s9() -> dict[str, Any]:
    """`pip-audit --strict` on exact versions; raises NotMeasured without its database."""
    attempts = Attempts("S9")
    for name in REQUIREMENTS:
        file = ROOT / name
        if file.exists():
            _audit(pins(file.read_text(encoding="utf-8")), attempts)
    return attempts.result()


def pins(text: str) -> list[str]:
    """The exact versions in a file of requirements, for whatever system each is."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    found = (re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line) for line in lines)
    return [f"{match[1]}=={match[2]}" for match in found if match]


def judge(found: Sequence[dict[str, Any]], wanted: Sequence[str], attempts: Attempts) -> None:
    """Count what pip-audit's `dependencies` say. Raises NotMeasured where it looked not at all."""
    looked_at = {f"{each['name']}" for each in found if "vulns" in each}
    skipped = [each.get("skip_reason", "no word") for each in found if "vulns" not in each]
    if skipped or len(looked_at) < len({pin.partition("==")[0].lower() for pin in wanted}):
        why = skipped[0] if skipped else "not every package was looked at"
        raise NotMeasured(f"pip-audit did not look at all of it: {why}", _ELSEWHERE)
    for each in found:
        holes = [hole["id"] for hole in each["vulns"]]
        attempts.note(f"{each['name']} {each['version']}: {', '.join(holes)}", through=bool(holes))


_ELSEWHERE = (
    "run `python -m tests.safety S9` on a machine that reaches the package index' own database"
)


def _audit(wanted: Sequence[str], attempts: Attempts) -> None:
    with tempfile.TemporaryDirectory(prefix="celery-launcher-s9-") as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        command = [
            *(sys.executable, "-m", "uv", "tool", "run", "--from", _PIP_AUDIT, "pip-audit"),
            *("--strict", "--progress-spinner", "off"),
            # Exact versions: nothing is resolved or built, the database alone is asked.
            *("--disable-pip", "--no-deps", "--format", "json", "--requirement", str(file)),
        ]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=_LIMIT
            )
        except subprocess.TimeoutExpired as late:
            raise NotMeasured(f"pip-audit took more than {_LIMIT:g} s", _ELSEWHERE) from late
    try:
        told = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1].rpartition("_cli:")[2]
        reason = f"pip-audit's database was not reached: {last}"
        raise NotMeasured(reason, _ELSEWHERE) from None
    judge(told["dependencies"], wanted, attempts)
