"""Where the window stood: kept, and put back onto a screen that is there; pure but for the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QRect, QSize

_TITLE_BAR = 40
"""So much of the top must be on a screen, or nobody could move the window."""


@dataclass(frozen=True, slots=True)
class Place:
    """The frame's corner and the size of what is inside, in device-independent pixels."""

    x: int
    y: int
    width: int
    height: int
    maximized: bool = False


def load(path: Path) -> Place | None:
    """Where it stood last; None when that is not known, or what is known makes no sense."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        place = Place(**found)
    except (OSError, ValueError, TypeError):
        return None
    numbers = (place.x, place.y, place.width, place.height)
    sane = all(type(one) is int and abs(one) < 100_000 for one in numbers)
    return place if sane and isinstance(place.maximized, bool) else None


def save(path: Path, place: Place) -> None:
    """Keep it; a place that cannot be kept is no reason to stop anybody."""
    trial = path.with_suffix(".new")
    try:
        trial.write_text(json.dumps(asdict(place)), encoding="utf-8")
        trial.replace(path)
    except OSError:
        trial.unlink(missing_ok=True)


def fitted(place: Place, screens: Sequence[QRect], least: QSize) -> QRect:
    """Where it may stand on these screens (their free room; the first one is the main one).

    Left as it is where its title can be reached, else moved; never larger than its screen, and
    never smaller than `least` unless the screen is.
    """
    wanted = QRect(place.x, place.y, max(1, place.width), max(1, place.height))
    title = QRect(wanted.x(), wanted.y(), wanted.width(), _TITLE_BAR)

    def reach(screen: QRect) -> int:
        seen = screen.intersected(title)
        return max(0, seen.width()) * max(0, seen.height())

    screen = max(screens, key=reach)
    size = wanted.size().expandedTo(least).boundedTo(screen.size())
    if reach(screen) >= _TITLE_BAR * min(200, size.width()) and screen.contains(wanted.topLeft()):
        corner = wanted.topLeft()
    else:
        corner = screen.center() - QRect(screen.topLeft(), size).center() + screen.topLeft()
    fits = QRect(corner, size)
    # What would hang over the edges is moved in.
    fits.moveLeft(max(screen.left(), min(fits.left(), screen.right() + 1 - fits.width())))
    fits.moveTop(max(screen.top(), min(fits.top(), screen.bottom() + 1 - fits.height())))
    return fits
