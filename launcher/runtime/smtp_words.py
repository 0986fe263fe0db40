"""The end of a connection test in plain words, each failure with its remedy."""

from __future__ import annotations

import errno
import smtplib
import socket
import ssl
from dataclasses import dataclass

from launcher.runtime.smtp_check import CheckFailedError, Passed, Phase
from launcher.smtp.presets import preset_of
from launcher.smtp.profile import Security, SmtpProfile


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test in words; `phase` is where it ended, `code` the server's number, if it said one."""

    ok: bool
    phase: str
    words: str
    remedy: str = ""
    code: int | None = None


CANCELLED = Outcome(ok=False, phase="cancelled", words="The test was cancelled.")


def good(profile: SmtpProfile, passed: Passed) -> Outcome:
    """The server is reached and lets us in."""
    where = f"{profile.host}:{profile.port}"
    how = f", encrypted with {passed.encryption}," if passed.encryption else ""
    login = f" and takes the login of {profile.user}" if passed.logged_in else ""
    took = f"{passed.milliseconds} ms"
    return Outcome(
        ok=True,
        phase="done",
        words=f"{where} is reached{how}{login} ({took}). Nothing was sent.",
    )


def explain_failure(profile: SmtpProfile, failed: CheckFailedError) -> Outcome:
    """Why it did not work, and what to do."""
    words, remedy = _explain(profile, failed)
    return Outcome(ok=False, phase=failed.phase.value, words=words, remedy=remedy, code=failed.code)


def _explain(profile: SmtpProfile, failed: CheckFailedError) -> tuple[str, str]:
    cause = failed.cause
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate(profile, cause)
    if isinstance(cause, ssl.SSLError):
        return _no_tls(profile)
    if isinstance(cause, str):
        return _reply(profile, failed, cause)
    return _network(profile, failed.phase, cause)


def _network(profile: SmtpProfile, phase: Phase, error: Exception) -> tuple[str, str]:
    where = f"{profile.host}, port {profile.port}"
    if isinstance(error, socket.gaierror | UnicodeError):
        return (
            f"There is no server called {profile.host}, or the network's name service is away.",
            "Check the spelling of the server and your connection.",
        )
    if isinstance(error, ConnectionRefusedError):
        return (
            f"Nobody listens at {where}.",
            "Check server and port: 587 is usual with STARTTLS, 465 with TLS.",
        )
    if isinstance(error, TimeoutError) and phase in (Phase.LOOK_UP, Phase.CONNECT):
        return (
            f"{where} does not answer.",
            "Check server and port. Many networks block port 25, some 465 and 587 as well: "
            "try another network.",
        )
    if isinstance(error, TimeoutError):
        if phase is Phase.GREETING and profile.security is not Security.TLS:
            return (
                f"{where} accepts the connection and says nothing.",
                "It may wait for TLS at once: choose TLS (usual on port 465).",
            )
        return f"{where} stopped answering ({phase.value}).", "Try again later."
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        if phase is Phase.TLS and profile.security is Security.TLS:
            return _no_tls(profile)
        return (
            f"{where} hung up ({phase.value}).",
            "It may not want connections from here; ask the provider, or try another network.",
        )
    if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return f"There is no way to {where} from here.", "Check your network connection."
    if isinstance(error, smtplib.SMTPException | ValueError):
        return f"What answers at {where} does not speak SMTP.", "Check server and port."
    told = getattr(error, "strerror", None) or type(error).__name__
    return f"{where} cannot be reached: {told}.", "Check your network connection."


def _certificate(profile: SmtpProfile, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    host = profile.host
    match error.verify_code:
        case 10:
            return (
                f"The certificate of {host} has expired.",
                "The server's owner has to renew it. If others are fine, check this computer's "
                "date.",
            )
        case 9:
            return f"The certificate of {host} is not valid yet.", "Check this computer's date."
        case 18 | 19:
            return (
                f"The certificate of {host} is self-signed: anyone could have made it.",
                "Use a server with a certificate of a known authority, or have this system trust "
                "yours (SSL_CERT_FILE names a file of authorities).",
            )
        case 62 | 64:
            return (
                f"The certificate was made for another name than {host}.",
                "Use the name of the server that your provider gives.",
            )
        case 20 | 21:
            return (
                f"The certificate of {host} is signed by an authority that this system does not "
                "know.",
                "Someone may be listening in between. If the server is yours, have this system "
                "trust its authority (SSL_CERT_FILE names a file of authorities).",
            )
    return (
        f"The certificate of {host} is not accepted: {error.verify_message}.",
        "Ask the server's owner.",
    )


def _no_tls(profile: SmtpProfile) -> tuple[str, str]:
    where = f"{profile.host}, port {profile.port}"
    other = (
        "STARTTLS (usual on port 587)"
        if profile.security is Security.TLS
        else "TLS (usual on port 465)"
    )
    return f"{where} does not agree on TLS.", f"Choose {other}, or ask the provider."


def _reply(profile: SmtpProfile, failed: CheckFailedError, text: str) -> tuple[str, str]:
    said = f"{failed.code} {text}".replace("\n", " ").strip()
    if failed.phase is Phase.LOGIN:
        return _login(profile, failed.code, text, said)
    if failed.phase is Phase.TLS and failed.code is None:
        return (
            f"{profile.host} offers no STARTTLS, so the password would travel in the clear.",
            "Choose TLS (usual on port 465), or ask the provider.",
        )
    if failed.code is not None and 400 <= failed.code < 500:
        return f"The server does not want us now ({failed.phase.value}): {said}", "Try again later."
    return (
        f"The server refuses us ({failed.phase.value}): {said}",
        "It may not want connections from here; ask the provider.",
    )


def _login(profile: SmtpProfile, code: int | None, text: str, said: str) -> tuple[str, str]:
    preset = preset_of(profile.host)
    hint = f"{preset.title}: {preset.hint}" if preset else ""
    if code is None:
        return f"The password of {profile.name} is not known.", "Enter it, then test again."
    if code == 0 and not text:
        return (
            f"{profile.host} offers no login on port {profile.port}.",
            "Leave the user empty if it wants none, or use the port for sending (587 or 465).",
        )
    if code == 0:
        return (
            f"{profile.host} takes no password, only: {text}.",
            hint or "This program logs in by password; ask the provider for a way to do so.",
        )
    if code == 535 or code in (530, 534):
        usual = (
            "Check user and password. Many providers refuse the usual password of an account "
            "with two-step verification and want an app password instead."
        )
        return f"The server refuses the login of {profile.user}: {said}", hint or usual
    if 400 <= code < 500:
        return f"The server cannot check the login now: {said}", "Try again later."
    return f"The server refuses the login: {said}", hint or "Ask the provider."
