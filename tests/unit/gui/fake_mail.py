"""The mail API in memory: it answers at once, or when it is let."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from launcher.mail import (
    Attachment,
    Batch,
    BatchCheck,
    BatchLetter,
    Can,
    Chaos,
    Draft,
    InboxMail,
    InboxRow,
    Mail,
    MailClient,
    MailRefused,
    MailRow,
    MailUnavailable,
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

CREATED = "2026-03-14T13:12:03.201Z"
FINAL = frozenset({"DELIVERED", "FAILED", "UNKNOWN", "CANCELLED"})
DELETABLE = FINAL | {"DRAFT"}


def can(state: str) -> Can:
    """As the API says it."""
    return Can(
        resend=state in FINAL | {"RETRYING"},
        cancel=state in ("QUEUED", "SCHEDULED", "RETRYING"),
        edit=state == "DRAFT",
        delete=state in DELETABLE,
    )


class FakeMail(MailClient):
    """A mail API in memory. `gate`, when set, holds every answer back until it is opened."""

    def __init__(self) -> None:
        super().__init__(lambda: None, "")
        self.mails: dict[int, Mail] = {}
        self.caught: dict[int, InboxMail] = {}
        self.submitted: list[tuple[Draft, str]] = []
        self.drafts: list[tuple[int | None, Draft]] = []
        self.refuse: Mapping[str, list[str]] | None = None
        self.unavailable = ""
        self.lose_answers = False
        self.paused = ""
        self.safe_mode = ""
        self.server = "127.0.0.1:1025 (the catcher)"
        self.release_to = ""
        self.gate: threading.Event | None = None
        self.asked: list[str] = []
        self.asked_pages: list[tuple[int | None, int]] = []
        self.files: dict[int, bytes] = {}
        self.kept_templates: list[Template] = []
        self.kept_repeats: list[Repeat] = []
        self.repeated_files: list[str] = []
        self.letters: list[BatchLetter] = []
        self.batch_final = 0
        self.misbehaves = Chaos()
        self.released: list[tuple[int, tuple[str, ...]]] = []
        self.cleared: list[int] = []
        self._last = 0

    def _enter(self, what: str) -> None:
        self.asked.append(what)
        if self.gate is not None:
            self.gate.wait(10)
        if self.unavailable:
            raise MailUnavailable(self.unavailable)

    def _done(self) -> None:
        """The answer is lost although the work was done."""
        if self.lose_answers:
            raise MailUnavailable("Django did not answer within 5 s.")

    def add(
        self,
        state: str,
        subject: str,
        to: Sequence[str] = ("you@example.com",),
        **more: object,
    ) -> Mail:
        self._last += 1
        number = self._last
        row = MailRow(
            id=number,
            state=state,
            state_words=str(more.get("words", state.title())),
            final=state in FINAL,
            to=tuple(to),
            subject=subject,
            created_at=CREATED,
            due_at="2026-03-14T13:14:03.000Z",
            attempts=1,
            last_code=None,
            last_reply=str(more.get("reply", "")),
        )
        tries: tuple[Try, ...] = more.get("tries", ())
        mail = Mail(
            row=row,
            sender="launcher@localhost",
            cc=tuple(more.get("cc", ())),
            bcc=(),
            text=str(more.get("text", "Hello,\n\nthis mail went through the queue.\n")),
            html=str(more.get("html", "")),
            recipients=tuple(
                Recipient(one, "delivered" if state == "DELIVERED" else "waiting") for one in to
            ),
            timeline=more.get("timeline", (Step("saved", row.created_at, 0),)),
            tries=tries,
            attachments=tuple(more.get("attachments", ())),
            can=can(state),
            resend_asks=state == "UNKNOWN",
        )
        self.mails[number] = mail
        return mail

    def catch(
        self,
        subject: str,
        text: str = "Hello",
        html: str = "",
        mail_id: int | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> InboxMail:
        number = max(self.caught, default=0) + 1
        row = InboxRow(
            id=number,
            received_at="2026-03-14T13:12:03.248Z",
            sender="launcher@localhost",
            recipients=("you@example.com",),
            subject=subject,
            size=812,
            mail_id=mail_id,
        )
        headers = (
            ("From", "launcher@localhost"),
            ("To", "you@example.com"),
            ("Subject", subject),
            ("Date", "Sat, 14 Mar 2026 13:12:03 +0000"),
            ("Message-ID", "<7f3a@celery-launcher>"),
        )
        source = "\r\n".join(f"{name}: {value}" for name, value in headers) + f"\r\n\r\n{text}"
        mail = InboxMail(row, headers, text, html, source, tuple(attachments))
        self.caught[number] = mail
        return mail

    # -- outbox --------------------------------------------------------------------------------

    def submit(self, draft: Draft, idempotency_key: str) -> MailRow:
        self.submitted.append((draft, idempotency_key))
        self._enter("submit")
        if self.refuse is not None:
            raise MailRefused(self.refuse)
        return self._written(None, draft, "SCHEDULED" if draft.due_at else "QUEUED").row

    def save_draft(self, draft: Draft, idempotency_key: str) -> MailRow:
        self._enter("save_draft")
        self.drafts.append((None, draft))
        made = self._written(None, draft, "DRAFT").row
        self._done()
        return made

    def change_draft(self, mail_id: int, draft: Draft, *, send: bool) -> Mail:
        self._enter("change_draft")
        if self.refuse is not None and send:
            raise MailRefused(self.refuse)
        if self.mails[mail_id].row.state != "DRAFT":
            raise MailRefused({"": ["It is no draft any more."]}, 409)
        self.drafts.append((mail_id, draft))
        if send:
            self.submitted.append((draft, ""))
        made = self._written(mail_id, draft, "QUEUED" if send else "DRAFT")
        self._done()
        return made

    def list(
        self, after: int | None = None, state: str = "", q: str = "", limit: int = 50
    ) -> Page[MailRow]:
        self._enter("list")
        self.asked_pages.append((after, limit))
        rows = [
            mail.row
            for number, mail in sorted(self.mails.items(), reverse=True)
            if state in ("", mail.row.state) and q.lower() in mail.row.subject.lower()
            if after is None or number < after
        ]
        return Page(tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None)

    def get(self, mail_id: int) -> Mail:
        self._enter("get")
        if mail_id not in self.mails:
            raise MailRefused({"": ["Not found."]}, 404)
        return self.mails[mail_id]

    def resend(self, mail_id: int, *, sure: bool = False) -> MailRow:
        self._enter("resend")
        if self.mails[mail_id].resend_asks and not sure:
            raise MailRefused({"": ["It may arrive twice."]}, 409)
        return self._move(mail_id, "QUEUED")

    def cancel(self, mail_id: int) -> MailRow:
        self._enter("cancel")
        if self.mails[mail_id].row.state == "SENDING":
            raise MailRefused({"": ["A mail that is sending cannot be cancelled."]}, 409)
        return self._move(mail_id, "CANCELLED")

    def copy(self, mail_id: int) -> Mail:
        self._enter("copy")
        old = self.mails[mail_id]
        made = self.add("DRAFT", old.row.subject, old.row.to, text=old.text, html=old.html)
        self.mails[made.row.id] = replace(made, attachments=old.attachments)
        return self.mails[made.row.id]

    def delete(self, mail_id: int) -> None:
        self._enter("delete")
        del self.mails[mail_id]

    def retry_failed(self) -> int:
        self._enter("retry_failed")
        failed = [n for n, mail in self.mails.items() if mail.row.state == "FAILED"]
        for number in failed:
            self._move(number, "QUEUED")
        return len(failed)

    def clear(self, older_than_days: int) -> int:
        self._enter("clear")
        self.cleared.append(older_than_days)
        gone = [n for n, one in self.mails.items() if one.row.state in ("DELIVERED", "CANCELLED")]
        for number in gone:
            del self.mails[number]
        return len(gone)

    def source(self, mail_id: int) -> bytes:
        self._enter("source")
        return f"Subject: {self.mails[mail_id].row.subject}\r\n\r\nHello".encode()

    def attachment(self, mail_id: int, index: int) -> bytes:
        self._enter("attachment")
        return b"content of the file"

    # -- files, templates, batches, repeats ----------------------------------------------------

    def upload(
        self, name: str, content_type: str, data: bytes, progress: Callable[[int], None]
    ) -> Upload:
        self._enter("upload")
        progress(len(data) // 2)
        self._last += 1
        self.files[self._last] = data
        return Upload(self._last, name, content_type, len(data))

    def delete_upload(self, upload_id: int) -> None:
        self._enter("delete_upload")
        del self.files[upload_id]

    def templates(self) -> tuple[Template, ...]:
        self._enter("templates")
        return tuple(self.kept_templates)

    def save_template(self, name: str, words: Words, template_id: int | None = None) -> Template:
        self._enter("save_template")
        if self.refuse is not None:
            raise MailRefused(self.refuse)
        made = Template(template_id or len(self.kept_templates) + 1, name, words)
        self.kept_templates = [one for one in self.kept_templates if one.id != made.id]
        self.kept_templates.append(made)
        return made

    def delete_template(self, template_id: int) -> None:
        self._enter("delete_template")
        self.kept_templates = [one for one in self.kept_templates if one.id != template_id]

    def render(self, template_id: int, variables: Mapping[str, str]) -> Words:
        self._enter("render")
        for name, value in variables.items():
            if not value:
                raise MailRefused({"variables": [f"{name} is missing."]})
        words = next(one.words for one in self.kept_templates if one.id == template_id)

        def filled(text: str) -> str:
            for name, value in variables.items():
                text = text.replace(f"{{{{ {name} }}}}", value)
            return text

        return Words(filled(words.subject), filled(words.text), filled(words.html))

    def check_batch(self, letter: BatchLetter) -> BatchCheck:
        self._enter("check_batch")
        return self._checked(letter, None)

    def begin_batch(self, letter: BatchLetter, idempotency_key: str) -> BatchCheck:
        self._enter("begin_batch")
        self.letters.append(letter)
        return self._checked(letter, len(self.letters))

    def batch(self, batch_id: int) -> Batch:
        self._enter("batch")
        total = self._checked(self.letters[batch_id - 1], None).total
        counts = {"DELIVERED": self.batch_final, "QUEUED": total - self.batch_final}
        return Batch(batch_id, "", total, self.batch_final, counts, cancelled=False)

    def cancel_batch(self, batch_id: int) -> Batch:
        self._enter("cancel_batch")
        return replace(self.batch(batch_id), final=self.batch(batch_id).total, cancelled=True)

    def repeats(self) -> tuple[Repeat, ...]:
        self._enter("repeats")
        return tuple(self.kept_repeats)

    def add_repeat(
        self, draft: Draft, rule: Rule, time_zone: str, draft_id: int | None = None
    ) -> Repeat:
        self._enter("add_repeat")
        if draft.keep:
            assert draft_id is not None, "files are kept of a draft"
            files = self.mails[draft_id].attachments
            self.repeated_files = [files[index].name for index in draft.keep]
        number = len(self.kept_repeats) + 1
        words = f"Every {rule.every} at {rule.at}" if rule.every else f"By {rule.cron}"
        made = Repeat(number, draft, rule, time_zone, True, words, "2099-01-04T09:00:00Z", "")
        self.kept_repeats.append(made)
        return made

    def meaning(self, rule: Rule, time_zone: str) -> Meaning:
        self._enter("meaning")
        if "x" in rule.cron:
            raise MailRefused({"rule": ["x is no minute of a cron rule."]}, 400)
        return Meaning(f"The words of {rule.cron}", "2099-01-04T09:00:00Z")

    def switch_repeat(self, repeat: Repeat, *, enabled: bool) -> Repeat:
        self._enter("switch_repeat")
        made = replace(repeat, enabled=enabled)
        self.kept_repeats = [made if one.id == made.id else one for one in self.kept_repeats]
        return made

    def delete_repeat(self, repeat_id: int) -> None:
        self._enter("delete_repeat")
        self.kept_repeats = [one for one in self.kept_repeats if one.id != repeat_id]

    # -- inbox and queue -----------------------------------------------------------------------

    def inbox(self, after: int | None = None, limit: int = 50, q: str = "") -> Page[InboxRow]:
        self._enter("inbox")
        rows = [
            mail.row
            for number, mail in sorted(self.caught.items(), reverse=True)
            if q.lower() in mail.row.subject.lower() and (after is None or number < after)
        ]
        return Page(tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None, 5_000)

    def inbox_mail(self, caught_id: int) -> InboxMail:
        self._enter("inbox_mail")
        return self.caught[caught_id]

    def delete_inbox(self, caught_id: int) -> None:
        self._enter("delete_inbox")
        del self.caught[caught_id]

    def empty_inbox(self) -> None:
        self._enter("empty_inbox")
        self.caught.clear()

    def inbox_attachment(self, caught_id: int, index: int) -> bytes:
        self._enter("inbox_attachment")
        return b"content of the file"

    def release(self, caught_id: int, to: tuple[str, ...]) -> MailRow:
        self._enter("release")
        self.released.append((caught_id, to))
        return self.add("QUEUED", self.caught[caught_id].row.subject, to).row

    def chaos(self) -> Chaos:
        self._enter("chaos")
        return self.misbehaves

    def set_chaos(self, chaos: Chaos) -> Chaos:
        self._enter("set_chaos")
        self.misbehaves = chaos
        return chaos

    def queue(self) -> Queue:
        self._enter("queue")
        counts = Counter(mail.row.state for mail in self.mails.values())
        return Queue(
            counts, bool(self.paused), self.paused, self.safe_mode, self.server, self.release_to
        )

    def set_paused(self, *, paused: bool) -> Queue:
        self.paused = "Paused by hand." if paused else ""
        return self.queue()

    def _written(self, mail_id: int | None, draft: Draft, state: str) -> Mail:
        """Save a draft as the API does: kept attachments first, uploads behind them."""
        made = self.add(state, draft.subject, draft.to, text=draft.text, html=draft.html)
        old = self.mails[mail_id].attachments if mail_id is not None else ()
        files = [old[index] for index in draft.keep]
        files += [
            Attachment(0, f"upload {upload}", "text/plain", len(self.files[upload]))
            for upload in draft.uploads
        ]
        numbered = tuple(replace(file, index=index) for index, file in enumerate(files))
        made = replace(made, cc=draft.cc, bcc=draft.bcc, attachments=numbered)
        if mail_id is not None:
            del self.mails[made.row.id]
            made = replace(made, row=replace(made.row, id=mail_id))
        self.mails[made.row.id] = made
        return made

    def _checked(self, letter: BatchLetter, batch_id: int | None) -> BatchCheck:
        _header, *lines = letter.csv.splitlines()
        wrong = [
            RefusedLine(number, line, "It has no @.")
            for number, line in enumerate(lines, 2)
            if "@" not in line
        ]
        return BatchCheck(batch_id, len(lines) - len(wrong), tuple(wrong))

    def _move(self, mail_id: int, state: str) -> MailRow:
        mail = self.mails[mail_id]
        moved = replace(mail, row=replace(mail.row, state=state), can=can(state), resend_asks=False)
        self.mails[mail_id] = moved
        return moved.row
