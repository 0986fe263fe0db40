"""Mail servers of the user: changes reach file, store and a run, and a password nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from launcher.app import open_mail_servers
from launcher.mail_servers import MailServers
from launcher.paths import Home
from launcher.runtime.passwords import Kept, PasswordError, Passwords
from launcher.settings import Settings, load
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import Security, SmtpProfile
from tests.unit.runtime.test_passwords import Locked, Store

CANARY = "canary-password"
WORK = SmtpProfile("work", "mail.example.org", 587, user="me@example.org")
LOCAL = SmtpProfile("local", "127.0.0.1", 2525, Security.NONE)


class House:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "settings.toml"
        self.store = Store()
        self.told: list[tuple[Settings, Mapping[str, str]]] = []
        self.servers = MailServers(self.file, Passwords(self.store), self.changed)

    def changed(self, settings: Settings, secrets: Mapping[str, str]) -> None:
        self.told.append((settings, secrets))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_saved_profile_is_in_the_file_and_its_password_in_the_store_alone(house: House) -> None:
    assert house.servers.save(WORK, CANARY) is Kept.STORE
    assert load(house.file)[0].smtp == {"work": WORK}
    assert CANARY not in house.file.read_text()
    assert list(house.store.held.values()) == [CANARY]
    assert CANARY not in repr(house.servers.settings)
    assert house.servers.has_password("work")
    house.servers.save(WORK)
    assert house.servers.has_password("work")


def test_a_choice_tells_the_run_the_settings_and_the_passwords_in_use(house: House) -> None:
    house.servers.save(WORK, CANARY)
    house.servers.save(LOCAL)
    assert house.told[-1][1] == {"mail_password": "", "release_password": ""}
    house.servers.choose(MailChoice("local", "work"))
    settings, secrets = house.told[-1]
    assert settings.profile == LOCAL
    assert settings.release_profile == WORK
    assert secrets == {"mail_password": "", "release_password": CANARY}
    house.servers.choose(MailChoice("work"))
    assert house.told[-1][1] == {"mail_password": CANARY, "release_password": ""}


def test_taking_out_the_one_in_use_keeps_mail_at_home_and_forgets_its_password(
    house: House,
) -> None:
    house.servers.save(WORK, CANARY)
    house.servers.choose(MailChoice("work", "work", "safe@example.org"))
    house.servers.remove("work")
    assert house.servers.choice == MailChoice(redirect_to="safe@example.org")
    assert house.servers.errors == []
    assert house.store.held == {}
    assert house.told[-1][1] == {"mail_password": "", "release_password": ""}


def test_a_password_that_is_not_known_is_a_worry_until_it_is(house: House) -> None:
    house.servers.save(WORK)
    house.servers.choose(MailChoice("work"))
    assert house.servers.missing == ("work",)
    (found,) = house.servers.checks()
    assert "work" in found.fact
    assert "smtp password work" in found.remedy
    house.servers.set_password("work", CANARY)
    assert house.servers.missing == ()
    assert house.servers.checks() == []
    assert house.told[-1][1]["mail_password"] == CANARY


def test_a_server_without_a_login_needs_no_password_and_asks_no_store(tmp_path: Path) -> None:
    servers = MailServers(tmp_path / "settings.toml", Passwords(Locked()))
    servers.save(LOCAL)
    servers.choose(MailChoice("local", "local"))
    assert servers.secrets() == {"mail_password": "", "release_password": ""}
    assert servers.missing == ()


def test_a_locked_store_does_not_keep_a_run_from_starting(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[smtp.work]\nhost="h"\nuser="me"\n[mail]\nprofile="work"\n')
    servers = MailServers(file, Passwords(Locked()))
    assert servers.secrets_at_start() == {"mail_password": "", "release_password": ""}
    assert "Unlock it" in servers.checks()[0].fact
    with pytest.raises(PasswordError):
        servers.secrets()


def test_what_another_process_wrote_is_taken(house: House) -> None:
    other = MailServers(house.file, Passwords(house.store))
    other.save(WORK, CANARY)
    other.choose(MailChoice("work"))
    assert house.servers.profiles == {}
    house.servers.reload()
    assert house.servers.choice.profile == "work"
    assert house.told[-1][1]["mail_password"] == CANARY


def test_the_environment_gives_a_password_to_the_profile_in_use_and_to_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("EMAIL_HOST_PASSWORD", CANARY)
    monkeypatch.setenv("EMAIL_RELEASE_PASSWORD", f"{CANARY}-2")
    home = Home(tmp_path)
    home.settings_file.write_text(
        '[smtp.a]\nhost="a"\nuser="u"\n[smtp.b]\nhost="b"\nuser="u"\n'
        '[smtp.c]\nhost="c"\nuser="u"\n[mail]\nprofile="a"\nrelease="b"\n'
    )
    servers = open_mail_servers(home)
    assert servers.secrets() == {"mail_password": CANARY, "release_password": f"{CANARY}-2"}
    servers.choose(MailChoice("c"))
    assert servers.secrets() == {"mail_password": "", "release_password": ""}
    assert CANARY not in home.settings_file.read_text()
