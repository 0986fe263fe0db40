"""A Django + Celery project, as the launcher needs to know it. The bundled one is the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Project:
    """Where a project lives and how its parts are called.

    `folder` is the working folder of its processes ("" where it does not matter, as for a project
    that is installed as a package). `bundled` says that it is ours: it answers `/healthz`, brings a
    mail catcher and an API.
    """

    name: str
    interpreter: str
    settings_module: str
    celery_app: str
    folder: str = ""
    wsgi: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    bundled: bool = False
