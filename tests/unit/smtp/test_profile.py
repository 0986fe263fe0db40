"""A profile of a mail server: its address, what it accepts, what it refuses."""

from __future__ import annotations

import environ
import pytest

from launcher.smtp.profile import Security, SmtpProfile, is_loopback, profile_from


@pytest.mark.parametrize(
    ("profile", "url"),
    [
        (SmtpProfile("a", "h.example", 587), "smtp+tls://h.example:587"),
        (
            SmtpProfile("a", "h", 465, Security.TLS, "me@example.org"),
            "smtp+ssl://me%40example.org@h:465",
        ),
        (SmtpProfile("a", "::1", 25, Security.NONE), "smtp://[::1]:25"),
        (SmtpProfile("a", "h", 25, Security.TLS, "a:b/c?d#e"), "smtp+ssl://a%3Ab%2Fc%3Fd%23e@h:25"),
    ],
)
def test_the_address_is_one_that_django_reads_back(profile: SmtpProfile, url: str) -> None:
    assert profile.url == url
    read = environ.Env().email_url_config(url)
    assert read["EMAIL_HOST"] == profile.host
    assert read["EMAIL_PORT"] == profile.port
    assert (read["EMAIL_HOST_USER"] or "") == profile.user
    assert bool(read.get("EMAIL_USE_TLS")) is (profile.security is Security.STARTTLS)
    assert bool(read.get("EMAIL_USE_SSL")) is (profile.security is Security.TLS)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST."])
def test_without_encryption_this_computer_is_allowed(host: str) -> None:
    assert is_loopback(host)
    profile, errors = profile_from("a", {"host": host, "security": "none"})
    assert errors == {}
    assert profile is not None


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "0.0.0.0", "localhost.example.org", "128.0.0.1", "::2", "mail"]
)
def test_without_encryption_no_other_computer_is_allowed(host: str) -> None:
    profile, errors = profile_from("a", {"host": host, "security": "none"})
    assert profile is None
    assert "this computer alone" in errors["security"]


@pytest.mark.parametrize(
    "host", ["", " ", "a b", "a@b", "h:587", "smtp://h", "h\r\nQUIT", "ü.example", "-", "a..b", 5]
)
def test_what_is_no_server_is_refused(host: object) -> None:
    assert "host" in profile_from("a", {"host": host})[1]


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_a_port_that_is_not_given_is_the_usual_one(security: str, port: int) -> None:
    profile, _ = profile_from("a", {"host": "localhost", "security": security})
    assert profile is not None
    assert profile.port == port
