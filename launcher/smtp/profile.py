"""A profile: one mail server, how it is reached and as whom. It never holds the password."""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

CATCHER = "catcher"
"""The built-in mail catcher, named as a profile is named."""
KEYS = ("host", "port", "security", "user", "from")
"""What a profile may say, as settings.toml calls it."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_HOST = re.compile(r"(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]*)(\.[A-Za-z0-9_-]+)*\.?")
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_NAMED = re.compile(r"[^<>@\"]*<([^<>]*)>")


class Security(enum.StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    """Begins in the clear and must change to TLS before anything is said."""
    TLS = "tls"
    """TLS from the first byte."""
    NONE = "none"
    """In the clear: to this computer alone."""

    @property
    def words(self) -> str:
        """As it is shown."""
        return {"starttls": "STARTTLS", "tls": "TLS", "none": "not encrypted"}[self.value]


_SCHEMES = {Security.STARTTLS: "smtp+tls", Security.TLS: "smtp+ssl", Security.NONE: "smtp"}


@dataclass(frozen=True, slots=True)
class SmtpProfile:
    """`sender` is `from` in settings.toml: who mails are from; "" leaves the launcher's own."""

    name: str
    host: str
    port: int
    security: Security = Security.STARTTLS
    user: str = ""
    sender: str = ""

    @property
    def url(self) -> str:
        """The address as EMAIL_URL has it, without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        return f"{_SCHEMES[self.security]}://{user}{host}:{self.port}"

    @property
    def words(self) -> str:
        """One line: "smtp.example.org:587, STARTTLS, as me@example.org"."""
        login = f"as {self.user}" if self.user else "without a login"
        return f"{self.host}:{self.port}, {self.security.words}, {login}"


def is_loopback(host: str) -> bool:
    """Whether a host is this computer by its very name; nothing is looked up."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_name(value: Any) -> str:
    """The name of a profile. Raises ValueError that says what would be one."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("name it with up to 40 letters, digits, - and _")
    if value == CATCHER:
        raise ValueError("this name is the built-in inbox's own; choose another")
    return value


def check_address(value: Any) -> str:
    """One plain address. Raises ValueError."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value) or len(value) > 254:
        raise ValueError('use one address, such as "me@example.org"')
    return value


def profile_from(
    name: str, entries: Mapping[str, Any]
) -> tuple[SmtpProfile | None, Mapping[str, str]]:
    """Read a profile, or say by key what is wrong: then there is none.

    The key "" stands for the profile itself.
    """
    errors: dict[str, str] = {}
    good: dict[str, Any] = {}
    try:
        check_name(name)
    except ValueError as error:
        errors[""] = str(error)
    for key, value in entries.items():
        try:
            good[key] = _check(key)(value)
        except ValueError as error:
            errors[key] = str(error)
    if "host" not in entries:
        errors["host"] = 'say which server, such as host = "smtp.example.org"'
    security = good.get("security", Security.STARTTLS)
    if security is Security.NONE and "host" in good and not is_loopback(good["host"]):
        errors["security"] = (
            "without encryption others on the way could read mails and password, so it is allowed "
            'to this computer alone (localhost, 127.0.0.1, ::1); use "starttls" or "tls"'
        )
    if errors:
        return None, errors
    port = good.get("port", USUAL_PORTS[security])
    sender = good.get("from", "")
    return SmtpProfile(name, good["host"], port, security, good.get("user", ""), sender), {}


USUAL_PORTS: Mapping[Security, int] = {
    Security.STARTTLS: 587,
    Security.TLS: 465,
    Security.NONE: 25,
}
"""The port that is meant when none is given."""


def entries_of(profile: SmtpProfile) -> Mapping[str, str | int]:
    """A profile as settings.toml has it: the opposite of `profile_from`."""
    entries: dict[str, str | int] = {
        "host": profile.host,
        "port": profile.port,
        "security": profile.security.value,
    }
    if profile.user:
        entries["user"] = profile.user
    if profile.sender:
        entries["from"] = profile.sender
    return entries


def _host(value: Any) -> str:
    text = _line(value)
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    if is_loopback(text):
        return "localhost"
    if "://" in text:
        raise ValueError('leave out what stands before the name: only "smtp.example.org"')
    if not _HOST.fullmatch(text):
        raise ValueError('use the name or address of a server, such as "smtp.example.org"')
    return text


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise ValueError("use a whole number from 1 to 65535")
    return value


def _security(value: Any) -> Security:
    try:
        return Security(value)
    except ValueError:
        raise ValueError('use "starttls", "tls" or "none"') from None


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('use text in quotes, such as "value"')
    if not value.isprintable():
        raise ValueError("use one line of printable characters")
    return value.strip()


def _sender(value: Any) -> str:
    text = _line(value)
    named = _NAMED.fullmatch(text)
    if text and not _ADDRESS.fullmatch(named[1] if named else text):
        raise ValueError('use an address, such as "me@example.org" or "Me <me@example.org>"')
    return text


def _check(key: str) -> Callable[[Any], Any]:
    if key == "password":
        raise ValueError(
            "take the password out of this file: it is kept in the system's store "
            "(celery-launcher smtp password NAME)"
        )
    if key not in _CHECKS:
        raise ValueError(f"there is no such entry; known are {', '.join(KEYS)}")
    return _CHECKS[key]


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "host": _host,
    "port": _port,
    "security": _security,
    "user": _line,
    "from": _sender,
}
