"""Passwords of mail servers: in the system's own store, else in this process' memory alone.

The store is whatever `keyring` finds (Secret Service, KWallet, Keychain, Windows' Credential
Locker). Where there is none, as on a headless Linux, nothing is written anywhere.
"""

from __future__ import annotations

import enum
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "celery-launcher"
"""Under which name the store lists them; the user is the name of the profile."""
WINDOWS_LIMIT = 1280
"""Characters: CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes, and it holds UTF-16
(https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentialw)."""


class Kept(enum.StrEnum):
    """Where a password went."""

    STORE = "store"
    MEMORY = "memory"


class PasswordError(Exception):
    """The store refused; the message says why and what to do. It never holds the password."""


class Passwords:
    """Reads and writes passwords by the name of their profile. Every method may block.

    The system may ask the user to unlock its store. `backend` replaces the one that keyring finds.
    """

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._given = backend
        self._found: KeyringBackend | None = None
        self._looked = False
        self._lock = threading.Lock()
        self._memory: dict[str, str] = {}

    def remember(self, name: str, password: str) -> None:
        """Keep a password in memory alone; it goes before the one in the store."""
        self._memory[name] = password

    def get(self, name: str) -> str:
        """The password, "" when there is none. Raises PasswordError."""
        if name in self._memory:
            return self._memory[name]
        store = self._store()
        if store is None:
            return ""
        try:
            return store.get_password(SERVICE, name) or ""
        except Exception as error:  # noqa: BLE001 - each backend raises its own kinds
            raise _refused("cannot be read", error) from None

    def set(self, name: str, password: str) -> Kept:
        """Keep a password, in the store where there is one. Raises PasswordError."""
        store = self._store()
        if store is None:
            self._memory[name] = password
            return Kept.MEMORY
        units = len(password.encode("utf-16-le")) // 2
        if type(store).__module__.endswith(".Windows") and units > WINDOWS_LIMIT:
            raise PasswordError(
                f"The password has {units:,} characters, and Windows' store takes "
                f"{WINDOWS_LIMIT:,} at most. Ask the provider for a shorter one."
            )
        try:
            store.set_password(SERVICE, name, password)
        except Exception as error:  # noqa: BLE001 - as above
            raise _refused("did not take the password", error) from None
        self._memory.pop(name, None)
        return Kept.STORE

    def forget(self, name: str) -> None:
        """Take a password out of memory and store; none is no error. Raises PasswordError."""
        self._memory.pop(name, None)
        store = self._store()
        if store is None:
            return
        try:
            if store.get_password(SERVICE, name) is not None:
                store.delete_password(SERVICE, name)
        except Exception as error:  # noqa: BLE001 - as above
            raise _refused("did not delete the password", error) from None

    @property
    def has_store(self) -> bool:
        """Whether passwords outlive this process."""
        return self._store() is not None

    @property
    def words(self) -> str:
        """Where passwords are kept, as one sentence."""
        store = self._store()
        if store is None:
            return "This system has no password store: it is kept in memory until you quit."
        return f"It is kept in the system's store ({store.name})."

    def _store(self) -> KeyringBackend | None:
        with self._lock:
            if not self._looked:
                self._found, self._looked = self._look(), True
        return self._found

    def _look(self) -> KeyringBackend | None:
        import keyring  # noqa: PLC0415 - looks for every backend, which takes a while
        from keyring.backends import fail, null  # noqa: PLC0415 - the same

        try:
            backend = self._given or keyring.get_keyring()
        except Exception:  # noqa: BLE001 - a broken backend is as good as none
            return None
        return None if isinstance(backend, fail.Keyring | null.Keyring) else backend


def _refused(what: str, error: Exception) -> PasswordError:
    """Only the kind of error: its message might quote what it was given."""
    return PasswordError(
        f"The system's password store {what} ({type(error).__name__}). Unlock it, then try again."
    )
