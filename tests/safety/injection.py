"""S6: whatever is written into a field, the server sees the headers and the envelope we meant.

A case is a nasty text in one field. Either the API refuses it, names the field and saves no row, or
the mail arrives with exactly the headers, the recipients and the content that were meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from launcher.mail import Draft, MailRefused
from tests.faults import mails
from tests.helpers.smtp.process import MailServer, Taken
from tests.helpers.stack import Stack
from tests.safety.trying import Attempts

HEADERS = {
    *("subject", "from", "to", "message-id", "date", "mime-version"),
    *("content-type", "content-transfer-encoding"),
}
"""All that a mail of text alone may have, Cc beside when there is one."""
NASTY = (
    "x\r\nBcc: victim@example.com",
    "x\nBcc: victim@example.com",
    "x\rBcc: victim@example.com",
    "x\r\n\r\nanother body",
    "x\n\nanother body",
    "x\r\n.\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\n",
    "x\n.\nQUIT\n",
    "x\r\n .\r\n",
    "x\0y",
    "x\x0bBcc: victim@example.com",
    "x\x0cBcc: victim@example.com",
    "x\x1cBcc: victim@example.com",
    "x\x85Bcc: victim@example.com",
    "x\u2028Bcc: victim@example.com",
    "x\u2029Bcc: victim@example.com",
    "x\u0000\r\n\tBcc: victim@example.com",
    "x\r\n\tfolded: yes",
    "=?utf-8?q?x=0D=0ABcc:_victim=40example.com?=",
    "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AZXhhbXBsZS5jb20=?=",
    "=?utf-8?q?=3D=3Fx=3F=3D?= =?utf-8?q?y?=",
    "\u202etxet desrever\u202c",
    "\ufeffx\u200by",
    "x" * 1200,
    "x " * 600,
    "é" * 700,
    "\x1b]52;c;ZXZpbA==\x07\x1b[31m",
    "..leading\r\n..\r\n...",
)
ADDRESSES = (
    "a@example.com>\r\nRCPT TO:<victim@example.com",
    "a@example.com> SIZE=1 <b@example.com",
    "a@example.com\nRCPT TO:<victim@example.com>",
    "a@example.com\r\nBcc: victim@example.com",
    "a@example.com,victim@example.com",
    "a@example.com;victim@example.com",
    '"a\r\nRCPT TO:<victim@example.com>"@example.com',
    '"a@b"@example.com',
    "<a@example.com",
    "a@example.com\0.evil.example",
    "a@exa\u2028mple.com",
    "a@example.com\x85",
    "@evil.example:a@example.com",
    "a%victim@example.com@example.com",
    "Name\r\nBcc: victim@example.com <a@example.com>",
    "=?utf-8?q?=0D=0ABcc:?= <a@example.com>",
    '"Evil\\"\r\nX: y" <a@example.com>',
    f"{'a' * 300}@example.com",
    f"a@{'b' * 300}.example.com",
    "a b@example.com",
    "a@[127.0.0.1]\r\nDATA",
    "postmaster",
    "a@example..com",
    "(comment\r\nBcc: x)a@example.com",
    "a@example.com ORCPT=rfc822;victim@example.com",
)
TEXT_FIELDS = ("subject", "text", "html", "name")
ADDRESS_FIELDS = ("to", "cc", "bcc")


@dataclass(frozen=True)
class Case:
    """One nasty text and the field that it is put into."""

    field: str
    text: str

    def draft(self, number: int, mark: str) -> Draft:
        """The mail with it. An ordinary recipient goes first, who tells whose mail it is."""
        more: dict[str, Any] = {"subject": f"{mark} {number}", "text": "A text.\n"}
        to = [f"{mark}-{number}@example.com"]
        match self.field:
            case "subject":
                more["subject"] = f"{mark} {number} {self.text}"
            case "text" | "html":
                more[self.field] = self.text
            case "name":
                to.append(f"{self.text} <second@example.com>")
            case "to":
                to.append(self.text)
            case _:
                more[self.field] = (self.text,)
        return Draft(to=tuple(to), **more)


def cases() -> list[Case]:
    """More than two hundred: every text in every field it may be put into."""
    made = [Case(field, text) for field in TEXT_FIELDS for text in NASTY]
    made += [Case(field, text) for field in ADDRESS_FIELDS for text in ADDRESSES]
    return made + [Case("to", text) for text in NASTY]


def s6(stack: Stack, server: MailServer) -> dict[str, Any]:
    """All cases through the API and the worker, read as the mail server saw them."""
    attempts, mark, client = Attempts("S6"), mails.word(), stack.mail()
    sent: dict[int, tuple[Case, Draft]] = {}
    before = len(mails.rows(stack))
    for number, case in enumerate(cases()):
        draft = case.draft(number, mark)
        try:
            row = client.submit(draft, f"{mark}-{number}")
            sent[row.id] = (case, draft)
        except MailRefused as refused:
            named = {"name": "to"}.get(case.field, case.field)
            attempts.note(
                f"refused without naming {named}: {refused}", through=named not in refused.errors
            )
            attempts.count("refused")
    assert len(sent) > 40, f"only {len(sent)} were accepted: what is proven?"
    attempts.note("a refused mail left a row", through=len(mails.rows(stack)) - before != len(sent))

    def over() -> bool:
        return all(row.final for row in mails.rows(stack) if row.id in sent)

    stack.until(over, 120, "all accepted ones sent")
    seen: dict[str, list[Taken]] = {}
    for mail in server.taken():
        seen.setdefault(mail.message_id, []).append(mail)
    for row in mails.rows(stack):
        if row.id in sent:
            case, draft = sent[row.id]
            wrong = judge(draft, row, seen.get(row.message_id, []))
            attempts.note(f"{case.field} {case.text[:60]!r}: {wrong}", through=bool(wrong))
            attempts.count("arrived_as_meant")
    return attempts.result()


def judge(draft: Draft, row: mails.Row, seen: list[Taken]) -> str:
    """What is wrong with how it arrived; "" when nothing is."""
    if row.state != "DELIVERED" or len(seen) != 1:
        return f"{row.state}, {len(seen)} arrived"
    return differs(seen[0].source, seen[0].recipients, draft)


def differs(source: bytes, envelope: tuple[str, ...], draft: Draft) -> str:
    """Headers, envelope and content as the server saw them, against what was written."""
    meant = {_bare(each) for field in (draft.to, draft.cc, draft.bcc) for each in _parted(field)}
    if {each.lower() for each in envelope} != meant or len(envelope) != len(meant):
        return f"the envelope is {envelope}"
    message = message_from_bytes(source, policy=policy.default)
    names = [name.lower() for name in message]
    wanted = HEADERS | ({"cc"} if _parted(draft.cc) else set())
    if set(names) - wanted or wanted - {"content-transfer-encoding"} - set(names):
        return f"the headers are {names}"
    if len(names) != len(set(names)):
        return f"a header is there twice: {names}"
    assert isinstance(message, EmailMessage)
    if _plain(str(message["Subject"])) != _plain(draft.subject):
        return f"the subject is {str(message['Subject'])[:80]!r}"
    for kind, text in (("plain", draft.text), ("html", draft.html)):
        part = message.get_body(preferencelist=(kind,))
        got = "" if part is None else str(part.get_content())
        if _lines(got) != _lines(text):
            return f"the {kind} part is {got[:80]!r}"
    if any(len(line) > 1000 for line in source.splitlines(keepends=True)):
        return "a line is longer than SMTP allows"
    return ""


def _parted(field: tuple[str, ...]) -> list[str]:
    """A list may be pasted: commas and semicolons part addresses, wherever the form has them."""
    return [piece for each in field for piece in re.split("[,;]", each) if piece.strip()]


def _bare(address: str) -> str:
    return address.rpartition("<")[2].rstrip(">").strip().lower()


def _plain(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> list[str]:
    """The lines as any client shows them: which sign ends one is the transport's."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
