"""The user's mail servers: changed here, for the window, the terminal and a run alike.

Profiles and the choice among them stand in settings.toml, passwords in the system's store. Whoever
runs services is told of a change and decides what has to be restarted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from launcher.core.checks import CheckResult, Verdict
from launcher.paths import program
from launcher.runtime.passwords import Kept, PasswordError, Passwords
from launcher.settings import Settings, SettingsError
from launcher.settings.editing import remove_profile, save_choice, save_profile
from launcher.settings.file import SettingsFile
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import CATCHER, SmtpProfile

if TYPE_CHECKING:
    from launcher.runtime.smtp_check import SmtpCheck
    from launcher.runtime.smtp_dialogue import Said
    from launcher.runtime.smtp_words import Outcome

Changed = Callable[[Settings, Mapping[str, str]], None]
"""Is told the settings and the passwords that belong to them: see `MailServers.secrets`."""


class MailServers:
    """What the user knows and has chosen. Every method may block: on files, on the system's store.

    Methods that change something raise `launcher.settings.editing.NotEditableError` or
    `launcher.runtime.passwords.PasswordError`, each with words for the user. `changed` is called
    after each change. `file` is the settings file, which has more than mail servers.
    """

    def __init__(
        self, file: Path, passwords: Passwords, changed: Changed = lambda *_: None
    ) -> None:
        self.file = SettingsFile(file)
        self._changed = changed
        self._lock = threading.RLock()
        self._missing: tuple[str, ...] = ()
        self._refused = ""
        self._told = self._mail_part
        self._reading = False
        self.passwords = passwords
        self.file.listen(self._file_changed)

    def tell(self, changed: Changed) -> None:
        """Have changes told from now on."""
        self._changed = changed

    # -- asking --------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """As they were read last."""
        return self.file.settings

    @property
    def errors(self) -> Sequence[SettingsError]:
        """What is wrong in the file, as it was read last."""
        return self.file.errors

    @property
    def profiles(self) -> Mapping[str, SmtpProfile]:
        """All usable profiles by name."""
        return self.settings.smtp

    @property
    def choice(self) -> MailChoice:
        """Which one is used for what."""
        return self.settings.mail

    def has_password(self, name: str) -> bool:
        """Whether the password of a profile is known."""
        return bool(self.passwords.get(name))

    @property
    def missing(self) -> Sequence[str]:
        """The profiles in use that log in, and whose password was not known when last asked."""
        return self._missing

    def checks(self) -> Sequence[CheckResult]:
        """What keeps mails from being sent, each with its remedy; does not block."""
        if self._refused:
            return [_worry(self._refused, "Then choose the mail server again.")]
        return [
            _worry(
                f"The password of the mail server {name} is not known.",
                f"Enter it in Mail servers, or with {program()} smtp password {name}.",
            )
            for name in self._missing
        ]

    def secrets(self) -> Mapping[str, str]:
        """The passwords in use, by the names that `launcher.services` knows them by.

        Raises PasswordError.
        """
        choice = self.choice
        known = {name: self._password_of(name) for name in choice.in_use}
        self._refused = ""
        self._missing = tuple(
            name for name in choice.in_use if self.profiles[name].user and not known[name]
        )
        return {
            "mail_password": known.get(choice.profile, ""),
            "release_password": known.get(choice.release, ""),
        }

    def secrets_at_start(self) -> Mapping[str, str]:
        """The same, and none where the store refuses: a start goes on and `checks` say so."""
        try:
            return self.secrets()
        except PasswordError as error:
            self._refused = str(error)
            return {"mail_password": "", "release_password": ""}

    # -- changing ------------------------------------------------------------------------------

    def save(self, profile: SmtpProfile, password: str = "") -> Kept | None:
        """Add or change a profile; a password that is given is kept, "" leaves the known one."""
        with self._lock:
            save_profile(self.file.path, profile)
            kept = self.passwords.set(profile.name, password) if password else None
            self.reload()
        return kept

    def set_password(self, name: str, password: str) -> Kept:
        """Keep the password of a profile."""
        with self._lock:
            kept = self.passwords.set(name, password)
            self.reload()
        return kept

    def remove(self, name: str) -> None:
        """Take a profile out, with its password; where it was in use nothing takes its place."""
        with self._lock:
            choice = self.choice
            if name in choice.in_use:
                profile = CATCHER if choice.profile == name else choice.profile
                release = "" if choice.release == name else choice.release
                save_choice(self.file.path, replace(choice, profile=profile, release=release))
            remove_profile(self.file.path, name)
            self.passwords.forget(name)
            self.reload()

    def choose(self, choice: MailChoice) -> None:
        """Use other profiles, or another safe address."""
        with self._lock:
            save_choice(self.file.path, choice)
            self.reload()

    def reload(self) -> None:
        """Read the file and the store anew, as after a change that another process made."""
        with self._lock:
            self._reading = True
            try:
                self.file.read()
            finally:
                self._reading = False
            self._tell()

    # -- trying --------------------------------------------------------------------------------

    def check(self, profile: SmtpProfile, password: str, tell: Callable[[Said], None]) -> SmtpCheck:
        """A test of a profile, saved or not; with "" for the password the known one is taken."""
        from launcher.runtime.smtp_check import SmtpCheck  # noqa: PLC0415 - smtplib, when tested

        known = password or (self.passwords.get(profile.name) if profile.user else "")
        return SmtpCheck(profile, known, tell)

    @property
    def _mail_part(self) -> tuple[object, ...]:
        return (self.settings.smtp, self.settings.mail)

    def _file_changed(self) -> None:
        """Somebody else read it anew: an editor saved it, or the Settings page changed a value."""
        with self._lock:
            if not self._reading and self._told != self._mail_part:
                self._tell()

    def _tell(self) -> None:
        self._told = self._mail_part
        self._changed(self.settings, self.secrets())

    def _password_of(self, name: str) -> str:
        """Of a profile that logs in; asks the store."""
        profile = self.profiles.get(name)
        return self.passwords.get(name) if profile and profile.user else ""


def _worry(words: str, remedy: str) -> CheckResult:
    return CheckResult("Mail server", Verdict.WARN, words, remedy)


def run_check(check: SmtpCheck, profile: SmtpProfile) -> Outcome:
    """Run a test to its end, in words. Blocks."""
    from launcher.runtime.smtp_check import (  # noqa: PLC0415 - as above
        CheckCancelledError,
        CheckFailedError,
    )
    from launcher.runtime.smtp_words import CANCELLED, explain_failure, good  # noqa: PLC0415 - imported when a test is run

    try:
        return good(profile, check.run())
    except CheckCancelledError:
        return CANCELLED
    except CheckFailedError as failed:
        return explain_failure(profile, failed)
