"""Makes shapes of the API's JSON; what an older Django does not give has a plain default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from launcher.mail.shapes import (
    Attachment,
    Batch,
    BatchCheck,
    Can,
    Chaos,
    Draft,
    InboxMail,
    InboxRow,
    Mail,
    MailRow,
    Meaning,
    Page,
    Queue,
    Recipient,
    RefusedLine,
    Repeat,
    Rule,
    Step,
    Template,
    Try,
    Upload,
    Words,
)

Json = dict[str, Any]
T = TypeVar("T")


def page(given: Json, shape: Callable[[Json], T]) -> Page[T]:
    """One page of a list whose items `shape` reads."""
    return Page(
        tuple(shape(one) for one in given.get("results", ())),
        given.get("next"),
        given.get("kept"),
    )


def row(given: Json) -> MailRow:
    """A mail in a list."""
    return MailRow(
        id=given["id"],
        state=given["state"],
        state_words=given.get("state_words", ""),
        final=given.get("final", False),
        to=tuple(given.get("to", ())),
        subject=given.get("subject", ""),
        created_at=given.get("created_at") or "",
        due_at=given.get("due_at") or "",
        attempts=given.get("attempts", 0),
        last_code=given.get("last_code"),
        last_reply=given.get("last_reply") or "",
    )


def mail(given: Json) -> Mail:
    """One mail of the outbox in full."""
    can = given.get("can") or {}
    return Mail(
        row=row(given),
        sender=given.get("sender", ""),
        cc=tuple(given.get("cc", ())),
        bcc=tuple(given.get("bcc", ())),
        text=given.get("text", ""),
        html=given.get("html", ""),
        recipients=tuple(
            Recipient(one["address"], one["state"], one.get("reply") or "", one.get("words") or "")
            for one in given.get("recipients", ())
        ),
        timeline=tuple(
            Step(step["event"], step["at"], step["at_ms"], step.get("detail") or "")
            for step in given.get("timeline", ())
        ),
        tries=tuple(_try(one) for one in given.get("tries", ())),
        attachments=attachments(given),
        can=Can(*(bool(can.get(name)) for name in ("resend", "cancel", "edit", "delete"))),
        resend_asks=bool(given.get("resend_asks")),
    )


def attachments(given: Json) -> tuple[Attachment, ...]:
    """The attachments of a mail."""
    return tuple(
        Attachment(one.get("index", index), one["name"], one["content_type"], one["size"])
        for index, one in enumerate(given.get("attachments", ()))
    )


def inbox_row(given: Json) -> InboxRow:
    """A caught mail in a list."""
    envelope = given.get("envelope", {})
    return InboxRow(
        id=given["id"],
        received_at=given.get("received_at", ""),
        sender=envelope.get("from", ""),
        recipients=tuple(envelope.get("to", ())),
        subject=given.get("subject", ""),
        size=given.get("size", 0),
        mail_id=given.get("mail_id"),
    )


def inbox_mail(given: Json) -> InboxMail:
    """A caught mail in full."""
    return InboxMail(
        row=inbox_row(given),
        headers=tuple((name, value) for name, value in given.get("headers", ())),
        text=given.get("text", ""),
        html=given.get("html", ""),
        source=given.get("source", ""),
        attachments=attachments(given),
    )


def queue(given: Json) -> Queue:
    """The queue as a whole."""
    return Queue(
        given["counts"],
        given["paused"],
        given.get("reason") or "",
        given.get("safe_mode") or "",
        given.get("server") or "",
        given.get("release_to") or "",
    )


def upload(given: Json) -> Upload:
    """A file that was uploaded."""
    return Upload(given["id"], given["name"], given["content_type"], given["size"])


def words(given: Json) -> Words:
    """Subject, text and HTML."""
    return Words(given.get("subject", ""), given.get("text", ""), given.get("html", ""))


def template(given: Json) -> Template:
    """A template."""
    return Template(
        given["id"],
        given["name"],
        words(given),
        tuple(given.get("variables", ())),
        given.get("updated_at") or "",
    )


def meaning(given: Json) -> Meaning:
    """What a rule means."""
    return Meaning(given.get("words", ""), given.get("next_at") or "")


def repeat(given: Json) -> Repeat:
    """A repeated mail."""
    return Repeat(
        id=given["id"],
        draft=Draft(
            to=tuple(given.get("to", ())),
            subject=given.get("subject", ""),
            text=given.get("text", ""),
            html=given.get("html", ""),
            cc=tuple(given.get("cc", ())),
            bcc=tuple(given.get("bcc", ())),
            keep=tuple(file["index"] for file in given.get("attachments", ())),
        ),
        rule=_rule(given.get("rule", {})),
        time_zone=given.get("time_zone", ""),
        enabled=given.get("enabled", True),
        words=given.get("words", ""),
        next_at=given.get("next_at") or "",
        last_at=given.get("last_at") or "",
    )


def batch_check(given: Json) -> BatchCheck:
    """What became of a list of recipients."""
    return BatchCheck(
        given.get("id"),
        given.get("total", 0),
        tuple(
            RefusedLine(one.get("line", 0), str(one.get("value", "")), one.get("reason", ""))
            for one in given.get("refused", ())
        ),
    )


def batch(given: Json) -> Batch:
    """How far a batch has come."""
    return Batch(
        id=given["id"],
        subject=given.get("subject", ""),
        total=given.get("total", 0),
        final=given.get("final", 0),
        counts=given.get("counts", {}),
        cancelled=bool(given.get("cancelled_at") or given.get("cancelled")),
    )


def chaos(given: Json) -> Chaos:
    """How the catcher misbehaves."""
    return Chaos(given.get("mode") or "off", given.get("left"))


def _rule(given: Mapping[str, Any]) -> Rule:
    return Rule(
        every=given.get("every", ""),
        at=given.get("at", ""),
        days=tuple(given.get("days", ())),
        cron=given.get("cron", ""),
    )


def _try(given: Json) -> Try:
    return Try(
        number=given.get("number", 0),
        worker=given.get("worker") or "",
        began_at=given.get("began_at") or "",
        ended_at=given.get("ended_at") or "",
        phase=given.get("phase") or "",
        verdict=given.get("verdict") or "",
        code=given.get("code"),
        reply=given.get("reply") or "",
        words=given.get("words") or "",
    )
