"""Logging in to a mail server by name and password, once.

smtplib's own ``login`` takes ASCII alone and, refused, tries the password again by every other
mechanism: three wrong tries of one mail are what locks accounts.
"""

import base64
import hmac
import smtplib

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")


def log_in(smtp: smtplib.SMTP, user: str, password: str) -> tuple[int, bytes]:
    """Log in by the first mechanism that the server offers, and return its answer.

    Raises SMTPNotSupportedError when it offers none of ``MECHANISMS``, SMTPException for a
    challenge that is none; *smtp* has said EHLO.
    """
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    mechanism = next((name for name in MECHANISMS if name in offered), None)
    if mechanism is None:
        ways = ", ".join(offered) or "none at all"
        msg = f"it offers no login by password that is spoken here, but {ways}"
        raise smtplib.SMTPNotSupportedError(msg)
    if mechanism == "PLAIN":
        return smtp.docmd("AUTH", "PLAIN " + _base64(f"\0{user}\0{password}"))
    code, text = smtp.docmd("AUTH", mechanism)
    if code != 334:
        return code, text
    if mechanism == "CRAM-MD5":
        digest = hmac.new(password.encode(), _challenge(text), "md5").hexdigest()
        return smtp.docmd(_base64(f"{user} {digest}"))
    code, text = smtp.docmd(_base64(user))
    return (code, text) if code != 334 else smtp.docmd(_base64(password))


def _challenge(text: bytes) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError as error:
        raise smtplib.SMTPException("its challenge cannot be read") from error


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
