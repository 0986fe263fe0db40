"""All scenes, by the page they are of."""

from __future__ import annotations

from tests.screenshots.scene import Scene
from tests.screenshots.scenes import (
    first_steps,
    flow,
    lab,
    learn,
    logs,
    mail,
    services,
    settings,
    tasks,
    window,
)

SCENES: tuple[Scene, ...] = (
    *first_steps.SCENES,
    *services.SCENES,
    *logs.SCENES,
    *mail.SCENES,
    *flow.SCENES,
    *lab.SCENES,
    *learn.SCENES,
    *tasks.SCENES,
    *settings.SCENES,
    *window.SCENES,
)
