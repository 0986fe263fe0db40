"""Where everything of one installation lives: data, configuration, logs and run-time files.

One folder, called the home, so that two homes never meet and removing it removes all.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from launcher.platform.places import SHARED, is_plain

HOME_VARIABLE = "CELERY_LAUNCHER_HOME"
DATABASE = "launcher.sqlite3"
"""The database's file, among the data."""
_PROGRAM_VARIABLE = "CELERY_LAUNCHER_PROGRAM"


def program() -> str:
    """How the user calls this program; a checkout's run.py says that it is called through it."""
    return os.environ.get(_PROGRAM_VARIABLE) or "celery-launcher"


class HomeError(Exception):
    """The home cannot be used; the message names the folder and the remedy."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one installation; `root` is absolute."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The readable, editable settings."""
        return self.root / "settings.toml"

    @property
    def secrets_file(self) -> Path:
        """Generated credentials, readable by the user alone."""
        return self.root / "secrets.json"

    @property
    def data(self) -> Path:
        """Database, broker files, schedules."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        """One rotated file a service."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """What belongs to the running instance: lock, control address, pids."""
        return self.root / "run"

    @property
    def first_steps_seen(self) -> Path:
        """Stands there once the first steps were taken or skipped."""
        return self.data / "first-steps-seen"

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever started here, and the first steps were not skipped."""
        return not (self.data / DATABASE).exists() and not self.first_steps_seen.exists()

    @property
    def mark(self) -> str:
        """Eight characters that stand for the home, the same at every start."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:8]

    @property
    def programs(self) -> Path:
        """What the launcher fetched: on Windows, Erlang and RabbitMQ."""
        return self.root / "programs"

    @property
    def plain_root(self) -> Path | None:
        """Where a link may stand that gives the home a plain name; None where it has one.

        RabbitMQ's dashboard does not start in a folder with letters beyond ASCII: it makes Latin-1
        of its log file's name (`rabbit_mgmt_external_stats`). Windows' batch files stumble over
        more, and its programs over long paths.
        """
        if is_plain(self.root):
            return None
        cache = platformdirs.user_cache_path("celery-launcher", appauthor=False)
        candidates = (
            cache / "homes" / self.mark,
            *(folder / f"CeleryLauncher-{self.mark}" / "home" for folder in SHARED),
            Path(tempfile.gettempdir()) / cache.name / "homes" / self.mark,
        )
        return next((each for each in candidates if is_plain(each)), candidates[-1])

    def prepare(self) -> None:
        """Make the folders, readable by the user alone. Raises HomeError."""
        try:
            for folder in (self.root, self.data, self.logs, self.run):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            trial = self.run / f".writable-{os.getpid()}"
            trial.write_text("", encoding="utf-8")
            trial.unlink()
        except OSError as error:
            raise HomeError(
                f"The folder {self.root} cannot be written ({error.strerror or error}). "
                f"Make it writable, or choose another with --home or {HOME_VARIABLE}."
            ) from error


def find_home(chosen: str | None = None) -> Home:
    """The home named by `chosen`, else by CELERY_LAUNCHER_HOME, else the user's data folder."""
    named = chosen or os.environ.get(HOME_VARIABLE)
    if named:
        return Home(Path(named).expanduser().absolute())
    return Home(platformdirs.user_data_path("celery-launcher", appauthor=False))
