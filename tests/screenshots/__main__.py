"""Pictures of every page on a made-up session: `python -m tests.screenshots OUT --size 1000x650`.

Starts an X server of its own, so that it looks the same on every machine, writes PAGE-THEME.png,
and reports as JSON which texts do not fit and which widgets overlap; the exit code is 1 when there
are any. Texts that shorten themselves with an ellipsis on purpose, such as subjects, are listed
apart and are no fault.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path

from tests.helpers.display import x_server


def main() -> int:
    """Draw, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1180x760")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--text", type=int, default=100, help="Size of words, in percent.")
    parser.add_argument("--only", default="", help="Scenes whose names begin so.")
    parser.add_argument("--font", default="", help="Another font than the system's.")
    asked = parser.parse_args()
    width, height = (int(part) for part in asked.size.split("x"))
    asked.out.mkdir(parents=True, exist_ok=True)
    screen = (round(width * asked.scale) + 200, round(height * asked.scale) + 200)
    with x_server(screen) as display:
        os.environ |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "TZ": "UTC"}
        os.environ["QT_SCALE_FACTOR"] = f"{asked.scale:g}"
        from tests.screenshots.scenes import SCENES
        from tests.screenshots.taking import take

        scenes = [scene for scene in SCENES if scene.name.startswith(asked.only)]
        report = take(scenes, asked.out, (width, height), font=asked.font, text=asked.text)
    print(json.dumps(dataclasses.asdict(report)))
    return 1 if report.clipped or report.overlapping else 0


if __name__ == "__main__":
    sys.exit(main())
