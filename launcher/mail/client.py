"""One method for each thing that the mail API can be asked.

A mail is submitted with an idempotency key, so that a submission whose answer was lost can be
repeated without a second mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from launcher.mail import reading, writing
from launcher.mail.errors import MailRefused, MailUnavailable
from launcher.mail.shapes import (
    Batch,
    BatchCheck,
    BatchLetter,
    Chaos,
    Draft,
    InboxMail,
    InboxRow,
    Mail,
    MailRow,
    Meaning,
    Page,
    Queue,
    Relayed,
    Repeat,
    Rule,
    Template,
    Upload,
    Words,
)
from launcher.mail.transport import LONG_TIMEOUT, Progress, Transport
from launcher.mail.writing import Body


class MailClient:
    """Talks to the mail API of one Django. Calls block up to `transport.TIMEOUT` for each wait.

    `base_url` gives Django's address, or None while it is not ready. Every method raises
    MailUnavailable when it cannot ask and MailRefused when the answer is no.
    """

    def __init__(self, base_url: Callable[[], str | None], token: str) -> None:
        self._http = Transport(base_url, token)

    # -- outbox --------------------------------------------------------------------------------

    def submit(self, draft: Draft, idempotency_key: str) -> MailRow:
        """Save a mail to be sent; the same key and mail again give the same row."""
        return self._post_mail(writing.draft(draft), idempotency_key)

    def save_draft(self, draft: Draft, idempotency_key: str) -> MailRow:
        """Keep what is written as a new draft, which is not sent."""
        return self._post_mail({**writing.draft(draft), "draft": True}, idempotency_key)

    def change_draft(self, mail_id: int, draft: Draft, *, send: bool) -> Mail:
        """Replace a draft's content by `draft`, and send it when asked to.

        Its attachments are then those of `keep` and behind them those of `uploads`.
        """
        body = {**writing.draft(draft), "keep": draft.keep, "draft": not send}
        return reading.mail(self._http.ask("PUT", f"/api/mails/{mail_id}", body))

    def list(
        self, after: int | None = None, state: str = "", q: str = "", limit: int = 50
    ) -> Page[MailRow]:
        """A page of the outbox; `q` are words of the subject or a recipient."""
        path = writing.path("/api/mails", after, limit, state=state, q=q)
        return reading.page(self._http.ask("GET", path), reading.row)

    def get(self, mail_id: int) -> Mail:
        """One mail with its timeline."""
        return reading.mail(self._http.ask("GET", f"/api/mails/{mail_id}"))

    def resend(self, mail_id: int, *, sure: bool = False) -> MailRow:
        """Send it again; a delivered mail is copied, so the row may be another.

        One that may have arrived is only sent again when the user is `sure`.
        """
        body = {"sure": True} if sure else {}
        return reading.row(self._http.ask("POST", f"/api/mails/{mail_id}/resend", body))

    def cancel(self, mail_id: int) -> MailRow:
        """Take back a mail that no worker holds."""
        return reading.row(self._http.ask("POST", f"/api/mails/{mail_id}/cancel", {}))

    def copy(self, mail_id: int) -> Mail:
        """A new draft with the same content and attachments."""
        return reading.mail(self._http.ask("POST", f"/api/mails/{mail_id}/copy", {}))

    def delete(self, mail_id: int) -> None:
        """Remove a mail that is at its end, or a draft."""
        self._http.ask("DELETE", f"/api/mails/{mail_id}")

    def retry_failed(self) -> int:
        """Send all failed mails again; how many."""
        given = self._http.ask("POST", "/api/mails/retry-failed", {}, timeout=LONG_TIMEOUT)
        return int(given.get("count", 0))

    def clear(self, older_than_days: int) -> int:
        """Remove delivered and cancelled mails older than some days; how many."""
        body = {"older_than_days": older_than_days}
        given = self._http.ask("POST", "/api/mails/clear", body, timeout=LONG_TIMEOUT)
        return int(given.get("count", 0))

    def source(self, mail_id: int) -> bytes:
        """A mail as it is sent, headers and all."""
        return self._http.read(f"/api/mails/{mail_id}/source")

    def attachment(self, mail_id: int, index: int) -> bytes:
        """The content of an attachment."""
        return self._http.read(f"/api/mails/{mail_id}/attachments/{index}")

    # -- files ---------------------------------------------------------------------------------

    def upload(self, name: str, content_type: str, data: bytes, progress: Progress) -> Upload:
        """Hand a file over, to be attached; `progress` is told how many bytes have gone."""
        path = f"/api/uploads?name={quote(name, safe='')}"
        return reading.upload(self._http.send(path, data, content_type, progress))

    def delete_upload(self, upload_id: int) -> None:
        """Take a file back that was not attached."""
        self._http.ask("DELETE", f"/api/uploads/{upload_id}")

    # -- templates, batches, repeats -----------------------------------------------------------

    def templates(self) -> tuple[Template, ...]:
        """All templates."""
        given = self._http.ask("GET", "/api/templates?limit=200")
        return reading.page(given, reading.template).results

    def save_template(self, name: str, words: Words, template_id: int | None = None) -> Template:
        """Keep a template: a new one, or in place of another."""
        body = writing.template(name, words)
        if template_id is None:
            return reading.template(self._http.ask("POST", "/api/templates", body))
        return reading.template(self._http.ask("PUT", f"/api/templates/{template_id}", body))

    def delete_template(self, template_id: int) -> None:
        """Remove a template."""
        self._http.ask("DELETE", f"/api/templates/{template_id}")

    def render(self, template_id: int, variables: Mapping[str, str]) -> Words:
        """A template with its variables filled in."""
        body = {"variables": dict(variables)}
        path = f"/api/templates/{template_id}/render"
        return reading.words(self._http.ask("POST", path, body))

    def check_batch(self, letter: BatchLetter) -> BatchCheck:
        """What a list of recipients would do; nothing is sent."""
        return self._post_batch("/api/batches?dry_run=1", letter)

    def begin_batch(self, letter: BatchLetter, idempotency_key: str) -> BatchCheck:
        """Send to each separately; the lines that are no recipients are named.

        The same key and letter again give the same batch.
        """
        return self._post_batch("/api/batches", letter, {"Idempotency-Key": idempotency_key})

    def batch(self, batch_id: int) -> Batch:
        """How far a batch has come."""
        return reading.batch(self._http.ask("GET", f"/api/batches/{batch_id}"))

    def cancel_batch(self, batch_id: int) -> Batch:
        """Take back those mails of a batch that no worker holds."""
        path = f"/api/batches/{batch_id}/cancel"
        return reading.batch(self._http.ask("POST", path, {}, timeout=LONG_TIMEOUT))

    def repeats(self) -> tuple[Repeat, ...]:
        """All repeated mails."""
        given = self._http.ask("GET", "/api/repeats?limit=200")
        return reading.page(given, reading.repeat).results

    def add_repeat(
        self, draft: Draft, rule: Rule, time_zone: str, draft_id: int | None = None
    ) -> Repeat:
        """Have a mail sent again and again; `draft_id` is the saved draft whose files it keeps."""
        body = writing.repeat(draft, rule, time_zone, enabled=True, mail_id=draft_id)
        return reading.repeat(self._http.ask("POST", "/api/repeats", body))

    def meaning(self, rule: Rule, time_zone: str) -> Meaning:
        """What a rule means; nothing is saved."""
        body = {"rule": writing.rule_of(rule), "time_zone": time_zone}
        return reading.meaning(self._http.ask("POST", "/api/repeats/meaning", body))

    def switch_repeat(self, repeat: Repeat, *, enabled: bool) -> Repeat:
        """Pause a repeated mail, or let it go on."""
        body = writing.repeat(repeat.draft, repeat.rule, repeat.time_zone, enabled=enabled)
        return reading.repeat(self._http.ask("PUT", f"/api/repeats/{repeat.id}", body))

    def delete_repeat(self, repeat_id: int) -> None:
        """Never send it again."""
        self._http.ask("DELETE", f"/api/repeats/{repeat_id}")

    # -- inbox and catcher ---------------------------------------------------------------------

    def inbox(self, after: int | None = None, limit: int = 50, q: str = "") -> Page[InboxRow]:
        """A page of what the catcher caught."""
        path = writing.path("/api/inbox", after, limit, q=q)
        return reading.page(self._http.ask("GET", path), reading.inbox_row)

    def inbox_mail(self, caught_id: int) -> InboxMail:
        """One caught mail."""
        return reading.inbox_mail(self._http.ask("GET", f"/api/inbox/{caught_id}"))

    def delete_inbox(self, caught_id: int) -> None:
        """Remove a caught mail."""
        self._http.ask("DELETE", f"/api/inbox/{caught_id}")

    def empty_inbox(self) -> None:
        """Remove all caught mails."""
        self._http.ask("DELETE", "/api/inbox", timeout=LONG_TIMEOUT)

    def inbox_attachment(self, caught_id: int, index: int) -> bytes:
        """The content of a caught attachment."""
        return self._http.read(f"/api/inbox/{caught_id}/attachments/{index}")

    def release(self, caught_id: int, to: tuple[str, ...]) -> MailRow:
        """Send a caught mail on by the real mail server; the new mail of the outbox."""
        path = f"/api/inbox/{caught_id}/release"
        body: Body = {"to": to} if to else {}
        return reading.row(self._http.ask("POST", path, body))

    def chaos(self) -> Chaos:
        """How the catcher misbehaves."""
        return reading.chaos(self._http.ask("GET", "/api/chaos"))

    def set_chaos(self, chaos: Chaos) -> Chaos:
        """Have the catcher misbehave, or not."""
        body: Body = {"mode": chaos.mode, "left": chaos.left}
        return reading.chaos(self._http.ask("PUT", "/api/chaos", body))

    # -- queue ---------------------------------------------------------------------------------

    def queue(self) -> Queue:
        """The queue as a whole."""
        return reading.queue(self._http.ask("GET", "/api/queue"))

    def set_paused(self, *, paused: bool) -> Queue:
        """Pause sending, or let it go on at once."""
        return reading.queue(self._http.ask("POST", "/api/queue", {"paused": paused}))

    def relay(self) -> Relayed:
        """Have every due mail published now."""
        given = self._http.ask("POST", "/api/relay", {})
        return Relayed(given.get("published", 0), given.get("taken_back", 0))

    def try_relay(self) -> str:
        """`relay`, for callers that go on either way: the reason why it failed, or ""."""
        try:
            self.relay()
        except (MailRefused, MailUnavailable) as error:
            return str(error)
        return ""

    def login_link(self, path: str) -> str:
        """A one-time link, relative to Django's address, that signs in and goes on to `path`."""
        return str(self._http.ask("POST", "/api/login-links", {"next": path})["url"])

    def _post_mail(self, body: Body, key: str) -> MailRow:
        return reading.row(self._http.ask("POST", "/api/mails", body, {"Idempotency-Key": key}))

    def _post_batch(
        self, path: str, letter: BatchLetter, headers: Mapping[str, str] | None = None
    ) -> BatchCheck:
        body = writing.batch(letter)
        given = self._http.ask("POST", path, body, headers, timeout=LONG_TIMEOUT)
        return reading.batch_check(given)
