"""The MIME source of a plain mail, written down at once.

Most mails are ASCII text to bare addresses. For these Django and the standard library take longer
to write ten lines than the database takes to save them; here they are put together as text. What
is not as simple is left to ``composing``, and a test compares the two over whatever comes.
"""

import re
from email.utils import format_datetime

from send_mail.models import Mail

LONGEST_HEADER = 78  # longer ones are folded, which is not as simple
LONGEST_LINE = 998  # of a body that needs no encoding
_BARE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_SIMPLE_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_LINE_END = re.compile(r"\r\n|\r|\n")


def plain_source(mail: Mail, text: str) -> bytes | None:
    """Return the source of *mail* with *text* alone as it goes over the wire; None if not simple.

    Byte for byte what ``composing.source_of`` returns for it.
    """
    addresses = [mail.sender, *mail.to, *mail.cc]
    if not text.isascii() or not mail.to or not all(map(_BARE.fullmatch, addresses)):
        return None
    if not _SIMPLE_VALUE.fullmatch(mail.subject):
        return None
    headers = [
        'Content-Type: text/plain; charset="utf-8"',
        "MIME-Version: 1.0",
        "Content-Transfer-Encoding: 7bit",
        f"Subject: {mail.subject}",
        f"From: {mail.sender}",
        f"To: {', '.join(mail.to)}",
        *([f"Cc: {', '.join(mail.cc)}"] if mail.cc else []),
        f"Message-ID: {mail.message_id}",
        f"Date: {format_datetime(mail.queued_at)}",
    ]
    lines = _LINE_END.split(text)
    if max(map(len, headers)) > LONGEST_HEADER or max(map(len, lines)) > LONGEST_LINE:
        return None
    return "\r\n".join([*headers, "", *lines]).encode("ascii")
