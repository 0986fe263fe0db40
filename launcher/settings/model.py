"""The configuration as one value, and a wrong entry as another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import SmtpProfile


@dataclass(frozen=True, slots=True)
class SettingsError:
    """One wrong entry: where it stands (line from 1, 0 when unknown) and what to do."""

    key: str
    line: int
    remedy: str

    @property
    def words(self) -> str:
        """One sentence for the user."""
        where = f"line {self.line}" if self.line else "settings.toml"
        key = f"{self.key}: " if self.key else ""
        return f"settings.toml, {where}: {key}{self.remedy}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. Times are seconds; an absent port means "the usual, or a free one".

    `broker` is auto, rabbitmq, embedded or an amqp(s) URL. `workers` is how many run side by side,
    with `concurrency` tasks each. `mail_from` is the sender where the profile in use names none.
    `queues` are those that workers take from, none for all of the project. `theme` is system,
    light or dark, `text_size` a percentage of the system's font, `log_files_mb` what all files of
    the folder `logs` may hold together.
    """

    broker: str = "auto"
    pool: str = "eventlet"
    concurrency: int = 50
    workers: int = 1
    log_level: str = "info"
    start_services: bool = True
    close_to_tray: bool = False
    notifications: bool = True
    flower_address: str = "127.0.0.6"
    mail_from: str = "launcher@localhost"
    mail_time_scale: float = 1.0
    queues: tuple[str, ...] = ()
    theme: str = "system"
    text_size: int = 100
    log_files_mb: int = 200
    ports: Mapping[str, int] = field(default_factory=dict)
    smtp: Mapping[str, SmtpProfile] = field(default_factory=dict)
    mail: MailChoice = field(default_factory=MailChoice)

    @property
    def profile(self) -> SmtpProfile | None:
        """The mail server in use; None is the built-in catcher."""
        return self.smtp.get(self.mail.profile)

    @property
    def release_profile(self) -> SmtpProfile | None:
        """The mail server that released mails go through; None releases nothing."""
        return self.smtp.get(self.mail.release)
