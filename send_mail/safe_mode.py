"""Safe mode: every mail goes to one address instead of its recipients, and says for whom it was.

Applied where a mail is handed over, so that nothing that is saved, queued or released can get
around it. The row keeps its recipients.
"""

from dataclasses import replace
from email.header import Header

from django.conf import settings

from send_mail.delivery import Answer, Letter, Outcome

HEADER = "X-Original-To"


def redirected(letter: Letter) -> Letter:
    """Return *letter* to the one address of the setting, with its recipients in a header."""
    listed = ", ".join(letter.recipients)
    value = Header(listed, header_name=HEADER, maxlinelen=78).encode(linesep="\r\n")
    source = f"{HEADER}: {value}\r\n".encode() + letter.source
    return replace(letter, source=source, recipients=[settings.MAIL_REDIRECT_TO])


def spread(outcome: Outcome, letter: Letter) -> Outcome:
    """Return what became of the redirected letter as the answer of each of its recipients."""
    own = outcome.recipients.get(settings.MAIL_REDIRECT_TO, outcome.answer)
    said = replace(own, reply=f"redirected to {settings.MAIL_REDIRECT_TO}: {own.reply}")
    answer: Answer = replace(
        outcome.answer, reply=f"redirected to {settings.MAIL_REDIRECT_TO}: {outcome.answer.reply}"
    )
    return replace(outcome, answer=answer, recipients=dict.fromkeys(letter.recipients, said))
