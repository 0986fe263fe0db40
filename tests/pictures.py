"""Pictures of the real program for the docs: `python -m tests.pictures docs/screenshots`.

Real runs on RabbitMQ in a window under Xvfb, driven as in tests/e2e/*_walk.py; each picture light
and dark. `tests.screenshots` draws the pages on made-up data instead and looks for clipped
words.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.helpers.display import x_server

KEPT = (
    "services",
    "logs",
    "mail",
    "inbox",
    "compose",
    "refused",
    "lab",
    "lab-consumers",
    "learn-right",
)


def main(out: str, *words: str) -> int:
    """Walk the window and keep the pictures in `out`; `--font NAME` sets the font."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    font = words[1] if words[:1] == ("--font",) else ""
    with tempfile.TemporaryDirectory() as place, x_server((1600, 1000)) as display:
        environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        environment |= {"WALK_FONT": font} if font else {}
        walks = (
            ("tests.e2e.window_walk", f"{place}/home", "rabbitmq", place, "1180x760", "20000"),
            ("tests.e2e.lab_walk", f"{place}/lab-home", place),
            ("tests.e2e.learn_walk", f"{place}/learn-home", "rabbitmq", place),
        )
        codes = [
            subprocess.run(
                [sys.executable, "-m", *walk], env=environment, timeout=300, check=False
            ).returncode
            for walk in walks
        ]
        for name in KEPT:
            for theme in ("light", "dark"):
                (folder / f"{name}-{theme}.png").write_bytes(
                    (Path(place) / f"{name}-{theme}.png").read_bytes()
                )
    return max(map(abs, codes))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
