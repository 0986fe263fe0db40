"""Django's mail API, as the window and the terminal use it: blocking HTTP, no Qt, no thread.

Owns the shapes of what the API gives and the words for how it fails. A mail is submitted with an
idempotency key, so that a submission whose answer was lost can be repeated without a second mail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit

TIMEOUT = 5.0
"""Seconds for connecting, and for each wait on an answer."""

_Json = dict[str, Any]
T = TypeVar("T")


class MailRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The API understood and said no: `errors` by field, "" for what belongs to none."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = errors
        parts = (
            f"{field}: {' '.join(words)}" if field else " ".join(words)
            for field, words in errors.items()
        )
        super().__init__("; ".join(parts))


class MailUnavailable(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The API could not be asked; `words` say why."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail as it was written; addresses are checked by the API."""

    to: tuple[str, ...]
    subject: str = ""
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in a list. Times are ISO 8601; `last_reply` is the mail server's own."""

    id: int
    state: str
    state_words: str
    final: bool
    to: tuple[str, ...]
    subject: str
    created_at: str
    due_at: str
    attempts: int
    last_code: int | None
    last_reply: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of the envelope; `words` explain the server's `reply`."""

    address: str
    state: str
    reply: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a timeline; `at_ms` counts from the moment the mail was saved."""

    event: str
    at: str
    at_ms: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of the outbox with all that belongs to it."""

    row: MailRow
    sender: str
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    text: str
    html: str
    recipients: tuple[Recipient, ...]
    timeline: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A caught mail in a list; `mail_id` names the mail of our outbox that it is, if any."""

    id: int
    received_at: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    size: int
    mail_id: int | None


@dataclass(frozen=True, slots=True)
class InboxMail:
    """A caught mail with all that came."""

    row: InboxRow
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    source: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some results, newest first; `next` is the cursor of the page after, None at the end."""

    results: tuple[T, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Queue:
    """How many mails are in each state, and whether sending is paused and why."""

    counts: Mapping[str, int]
    paused: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Relayed:
    """What one run of the relay did."""

    published: int
    taken_back: int


class MailClient:
    """Talks to the mail API of one Django. Calls block up to `TIMEOUT` for each wait.

    `base_url` gives Django's address, or None while it is not ready. Every method raises
    MailUnavailable when it cannot ask and MailRefused when the answer is no.
    """

    def __init__(self, base_url: Callable[[], str | None], token: str) -> None:
        self._base_url = base_url
        self._token = token

    def submit(self, draft: Draft, idempotency_key: str) -> MailRow:
        """Save a mail to be sent; the same key and mail again give the same row."""
        body = {
            "to": draft.to,
            "cc": draft.cc,
            "bcc": draft.bcc,
            "subject": draft.subject,
            "text": draft.text,
            "html": draft.html,
        }
        return _row(self._ask("POST", "/api/mails", body, {"Idempotency-Key": idempotency_key}))

    def list(
        self, after: int | None = None, state: str = "", q: str = "", limit: int = 50
    ) -> Page[MailRow]:
        """A page of the outbox; `q` are words of the subject or a recipient."""
        return _page(self._ask("GET", _path("/api/mails", after, limit, state=state, q=q)), _row)

    def get(self, mail_id: int) -> Mail:
        """One mail with its timeline."""
        given = self._ask("GET", f"/api/mails/{mail_id}")
        return Mail(
            row=_row(given),
            sender=given.get("sender", ""),
            cc=tuple(given.get("cc", ())),
            bcc=tuple(given.get("bcc", ())),
            text=given.get("text", ""),
            html=given.get("html", ""),
            recipients=tuple(
                Recipient(one["address"], one["state"], one.get("reply", ""), one.get("words", ""))
                for one in given.get("recipients", ())
            ),
            timeline=tuple(
                Step(step["event"], step["at"], step["at_ms"], step.get("detail", ""))
                for step in given.get("timeline", ())
            ),
        )

    def resend(self, mail_id: int) -> MailRow:
        """Send it again; a delivered mail is copied, so the row may be another."""
        return _row(self._ask("POST", f"/api/mails/{mail_id}/resend", {}))

    def cancel(self, mail_id: int) -> MailRow:
        """Take back a mail that no worker holds."""
        return _row(self._ask("POST", f"/api/mails/{mail_id}/cancel", {}))

    def inbox(self, after: int | None = None, limit: int = 50) -> Page[InboxRow]:
        """A page of what the catcher caught."""
        return _page(self._ask("GET", _path("/api/inbox", after, limit)), _inbox_row)

    def inbox_mail(self, caught_id: int) -> InboxMail:
        """One caught mail."""
        given = self._ask("GET", f"/api/inbox/{caught_id}")
        return InboxMail(
            row=_inbox_row(given),
            headers=tuple((name, value) for name, value in given.get("headers", ())),
            text=given.get("text", ""),
            html=given.get("html", ""),
            source=given.get("source", ""),
        )

    def delete_inbox(self, caught_id: int) -> None:
        """Remove a caught mail."""
        self._ask("DELETE", f"/api/inbox/{caught_id}")

    def queue(self) -> Queue:
        """The queue as a whole."""
        return _queue(self._ask("GET", "/api/queue"))

    def set_paused(self, *, paused: bool) -> Queue:
        """Pause sending, or let it go on at once."""
        return _queue(self._ask("POST", "/api/queue", {"paused": paused}))

    def relay(self) -> Relayed:
        """Have every due mail published now."""
        given = self._ask("POST", "/api/relay", {})
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
        return str(self._ask("POST", "/api/login-links", {"next": path})["url"])

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Json:
        # Imported at the first question: the window opens without it.
        from http.client import HTTPConnection, HTTPException  # noqa: PLC0415

        base = self._base_url()
        if base is None:
            raise MailUnavailable("Django is not ready yet.")
        where = urlsplit(base)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=TIMEOUT)
        sent = {"Authorization": f"Token {self._token}", "Accept": "application/json"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            connection.request(
                method,
                path,
                None if body is None else json.dumps(body).encode(),
                {**sent, **(headers or {})},
            )
            response = connection.getresponse()
            status, raw = response.status, response.read()
        except TimeoutError as error:
            raise MailUnavailable(f"Django did not answer within {TIMEOUT:g} s.") from error
        except (OSError, HTTPException) as error:
            raise MailUnavailable(f"Django does not answer: {error}.") from error
        finally:
            connection.close()
        return _understood(status, raw)


def _understood(status: int, raw: bytes) -> _Json:
    try:
        given = json.loads(raw) if raw else {}
    except ValueError as error:
        raise MailUnavailable(f"Django's answer ({status}) is no JSON; see its log.") from error
    if not isinstance(given, dict):
        raise MailUnavailable(f"Django's answer ({status}) has an unknown shape.")
    if 200 <= status < 300:
        return given
    detail = str(given.get("detail", ""))
    if status in (401, 403):
        raise MailUnavailable(f"Django refused the launcher's token. {detail}".strip())
    if 400 <= status < 500:
        raise MailRefused(_errors(given, detail or f"Django answered {status}."))
    raise MailUnavailable(f"Django failed ({status}); its log says why.")


def _errors(given: _Json, otherwise: str) -> dict[str, list[str]]:
    named = given.get("errors")
    if not isinstance(named, dict):
        return {"": [otherwise]}
    return {
        "" if field == "non_field_errors" else field: _texts(words)
        for field, words in named.items()
    }


def _texts(words: object) -> list[str]:
    """Django's words for one field, whether one, several, or nested by item."""
    if isinstance(words, Mapping):
        return [text for inner in words.values() for text in _texts(inner)]
    if isinstance(words, Sequence) and not isinstance(words, str):
        return [text for inner in words for text in _texts(inner)]
    return [str(words)]


def _path(path: str, after: int | None, limit: int, **words: str) -> str:
    asked: dict[str, str | int] = {name: word for name, word in words.items() if word}
    if after is not None:
        asked["after"] = after
    return f"{path}?{urlencode({**asked, 'limit': limit})}"


def _page(given: _Json, shape: Callable[[_Json], T]) -> Page[T]:
    return Page(tuple(shape(one) for one in given.get("results", ())), given.get("next"))


def _row(given: _Json) -> MailRow:
    return MailRow(
        id=given["id"],
        state=given["state"],
        state_words=given.get("state_words", ""),
        final=given.get("final", False),
        to=tuple(given.get("to", ())),
        subject=given.get("subject", ""),
        created_at=given.get("created_at", ""),
        due_at=given.get("due_at") or "",
        attempts=given.get("attempts", 0),
        last_code=given.get("last_code"),
        last_reply=given.get("last_reply", ""),
    )


def _queue(given: _Json) -> Queue:
    return Queue(given["counts"], given["paused"], given.get("reason") or "")


def _inbox_row(given: _Json) -> InboxRow:
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
