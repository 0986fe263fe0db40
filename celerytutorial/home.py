"""Where the project keeps its own files when nobody says where, and the key it makes there.

A checkout that can be written to keeps them beside ``manage.py``, as the tutorial does; an
installed copy uses the user's data folder.
"""

import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.core.management.utils import get_random_secret_key
from platformdirs import user_data_path

PACKAGE_PARENT = Path(__file__).resolve().parent.parent
KEY_FILE = "db.sqlite3.secret-key"


def data_folder() -> Path:
    """Return the folder of the database and the key. It may not exist yet."""
    if (PACKAGE_PARENT / "manage.py").is_file() and os.access(PACKAGE_PARENT, os.W_OK):
        return PACKAGE_PARENT
    return user_data_path("celery-launcher", appauthor=False) / "tutorial"


@cache
def own_secret_key(folder: Path) -> str:
    """Return the key kept in *folder*, made at the first need and readable by the user alone.

    It appears whole: of two who make one at once the first wins, and a full disk leaves none.
    """
    path = folder / KEY_FILE
    with suppress(FileNotFoundError):
        if known := path.read_text(encoding="ascii"):
            return known
        path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=f"{KEY_FILE}-")  # readable by us alone
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(get_random_secret_key())
        _put_unless_there(made, path)
    finally:
        made.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")


def _put_unless_there(made: Path, path: Path) -> None:
    try:
        os.link(made, path)
    except FileExistsError:
        pass  # another process was first: its key is as good
    except OSError:  # a disk without links, FAT for instance
        made.replace(path)
