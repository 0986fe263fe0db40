"""Where the project keeps its own files when nobody says where, and the key it makes there.

A checkout that can be written to keeps them beside ``manage.py``, as the tutorial does; an
installed copy uses the user's data folder.
"""

import os
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
    """Return the key kept in *folder*, made at the first need and readable by the user alone."""
    path = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    key = get_random_secret_key()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key
