"""A store of passwords for tests that start other processes: KEYRING_FILE names a JSON file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    """Named by PYTHON_KEYRING_BACKEND=tests.helpers.keyring_in_a_file.Keyring."""

    priority = 1

    @property
    def _file(self) -> Path:
        return Path(os.environ["KEYRING_FILE"])

    def _held(self) -> dict[str, str]:
        held: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return held

    def get_password(self, service: str, username: str) -> str | None:
        return self._held().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file.write_text(json.dumps({**self._held(), f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        held = self._held()
        del held[f"{service}/{username}"]
        self._file.write_text(json.dumps(held))
