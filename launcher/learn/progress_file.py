"""Where the progress is kept: one small file in the home, that one can read and remove."""

from __future__ import annotations

from pathlib import Path

from launcher.core.lessons_course import COURSE
from launcher.core.lessons_progress import LARGEST, Progress, read, written

NAME = "learn.json"


def load(home: Path) -> Progress:
    """What was kept; nothing where there is no file, or none that makes sense."""
    try:
        with (home / "data" / NAME).open(encoding="utf-8") as file:
            text = file.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError):
        return Progress()
    return read(text, [lesson.id for lesson in COURSE])


def save(home: Path, progress: Progress) -> None:
    """Keep it, whole or not at all. Raises OSError."""
    place = home / "data" / NAME
    trial = place.with_suffix(".new")
    trial.write_text(written(progress, [lesson.id for lesson in COURSE]), encoding="utf-8")
    trial.replace(place)
