"""What is asked of the API, made JSON from the shapes: the counterpart of `reading`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from launcher.mail.shapes import BatchLetter, Draft, Rule, Words

Body = dict[str, Any]


def draft(given: Draft) -> Body:
    """A mail; what is not used is not sent."""
    body = _addressed(given)
    body |= {"uploads": given.uploads} if given.uploads else {}
    body |= {"due_at": given.due_at} if given.due_at else {}
    return body


def repeat(
    given: Draft, rule: Rule, time_zone: str, *, enabled: bool, mail_id: int | None = None
) -> Body:
    """A mail that is sent again and again; `keep` are files of a draft if `mail_id` names one."""
    of_draft: Body = {} if mail_id is None else {"mail": mail_id}
    return {
        **_addressed(given),
        **of_draft,
        "uploads": given.uploads,
        "keep": given.keep,
        "rule": rule_of(rule),
        "time_zone": time_zone,
        "enabled": enabled,
    }


def rule_of(given: Rule) -> Body:
    """When a mail repeats."""
    if given.cron:
        return {"cron": given.cron}
    days: Body = {"days": given.days} if given.every == "week" else {}
    return {"every": given.every, "at": given.at, **days}


def batch(letter: BatchLetter) -> Body:
    """One text for many people."""
    body: Body = {**_content(letter), "csv": letter.csv}
    body |= {"uploads": letter.uploads} if letter.uploads else {}
    return body


def template(name: str, words: Words) -> Body:
    """A template."""
    return {"name": name, **_content(words)}


def path(where: str, after: int | None, limit: int, **words: str) -> str:
    """Where a page of a list is asked for; `words` narrow the list."""
    asked: Mapping[str, str] = {name: word for name, word in words.items() if word}
    cursor = {} if after is None else {"after": after}
    return f"{where}?{urlencode({**asked, **cursor, 'limit': limit})}"


def _addressed(given: Draft) -> Body:
    return {"to": given.to, "cc": given.cc, "bcc": given.bcc, **_content(given)}


def _content(given: Draft | BatchLetter | Words) -> Body:
    return {"subject": given.subject, "text": given.text, "html": given.html}
