"""Where passwords of mail servers are kept, and that no error quotes them."""

from __future__ import annotations

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from launcher.runtime.passwords import SERVICE, WINDOWS_LIMIT, Kept, PasswordError, Passwords

CANARY = "canary-password"


class Store(KeyringBackend):
    """A store in a dictionary."""

    priority = 1

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class Locked(Store):
    """Says no, and quotes what it was told."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"locked: {service} {username} {CANARY}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"locked: {password}")


class Windows(Store):
    """Stands where Windows' own does."""


Windows.__module__ = "keyring.backends.Windows"


def test_a_password_is_kept_in_the_systems_store_under_our_name_and_the_profiles() -> None:
    store = Store()
    passwords = Passwords(store)
    assert passwords.set("work", CANARY) is Kept.STORE
    assert store.held == {(SERVICE, "work"): CANARY}
    assert Passwords(store).get("work") == CANARY
    assert "system's store" in passwords.words
    passwords.forget("work")
    passwords.forget("work")
    assert store.held == {}
    assert passwords.get("work") == ""


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring()])
def test_without_a_store_it_is_kept_in_memory_and_that_is_said(backend: KeyringBackend) -> None:
    passwords = Passwords(backend)
    assert passwords.set("work", CANARY) is Kept.MEMORY
    assert passwords.get("work") == CANARY
    assert not passwords.has_store
    assert "in memory until you quit" in passwords.words
    assert Passwords(backend).get("work") == ""
    passwords.forget("work")
    assert passwords.get("work") == ""


def test_one_that_was_given_goes_before_the_store_and_is_not_written_to_it() -> None:
    store = Store()
    passwords = Passwords(store)
    passwords.remember("work", CANARY)
    assert passwords.get("work") == CANARY
    assert store.held == {}
    passwords.set("work", "another")
    assert passwords.get("work") == "another"


def test_a_locked_store_is_told_without_quoting_anything() -> None:
    passwords = Passwords(Locked())
    for act in (
        lambda: passwords.get("work"),
        lambda: passwords.set("work", CANARY),
        lambda: passwords.forget("work"),
    ):
        with pytest.raises(PasswordError) as caught:
            act()
        assert "Unlock it" in str(caught.value)
        assert CANARY not in str(caught.value)
        # A traceback prints the causes as well.
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("x" * WINDOWS_LIMIT, True),
        ("x" * (WINDOWS_LIMIT + 1), False),
        ("😀" * (WINDOWS_LIMIT // 2 + 1), False),
    ],
)
def test_the_limit_of_windows_is_told_in_characters(password: str, fits: bool) -> None:
    passwords = Passwords(Windows())
    if fits:
        assert passwords.set("work", password) is Kept.STORE
        return
    with pytest.raises(PasswordError, match=r"takes 1,280 at most"):
        passwords.set("work", password)


def test_another_systems_store_has_no_such_limit() -> None:
    assert Passwords(Store()).set("work", "x" * 5000) is Kept.STORE
