"""The page that an empty home begins with."""

from __future__ import annotations

from launcher.gui.first_run.first_mail import Progress
from launcher.gui.first_run.page import FirstRunPage
from launcher.gui.window import FIRST_RUN, Window
from launcher.mail import Step
from tests.screenshots.scene import Scene, as_it_opens, page_of
from tests.screenshots.sessions import newcomer
from tests.screenshots.troubled import beginning, first_run_broken

_AT = "2026-03-14T13:12:03.201Z"
_WAY = (("saved", 0), ("published", 12), ("received", 41), ("sending", 44), ("delivered", 96))


def on_its_way(window: Window) -> None:
    _move(window, 3, caught=None)


def arrived(window: Window) -> None:
    _move(window, 5, caught=1)


def _move(window: Window, steps: int, *, caught: int | None) -> None:
    page = page_of(window, FIRST_RUN, FirstRunPage)
    page._moved(Progress(tuple(Step(each, _AT, ms) for each, ms in _WAY[:steps]), caught=caught))


SCENES = (
    Scene("welcome", beginning, as_it_opens),
    Scene("welcome-ready", newcomer, as_it_opens),
    Scene("welcome-broken", first_run_broken, as_it_opens),
    Scene("welcome-sending", newcomer, on_its_way),
    Scene("welcome-done", newcomer, arrived),
)
