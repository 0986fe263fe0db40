"""The end of a mail as plain words, for the journal of what was handed over, and back."""

from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from send_mail.models import Event
from send_mail.services.attempts import Try
from send_mail.services.held_rows import Finish
from send_mail.states import State

_try_as_list = attrgetter(*(each.name for each in fields(Try)))
_BEGAN_AT = [each.name for each in fields(Try)].index("began_at")
_TIMES = frozenset({"finished_at", "due_at", "published_at", "data_at"})


def as_words(done: Finish) -> dict[str, Any]:
    """Return *done* as what JSON can hold, times as text."""
    return {
        "state": done.state.value,
        "event": done.event.value,
        "detail": done.detail,
        "fields": done.fields,
        "tried": None if done.tried is None else _try_as_list(done.tried),
        "handed_at": done.handed_at,
    }


def from_words(mail_id: int, token: str, words: dict[str, Any]) -> Finish | None:
    """Return what ``as_words`` was given; None for words of another version or of nobody."""
    try:
        tried = words["tried"]
        if tried is not None:
            tried[_BEGAN_AT] = datetime.fromisoformat(tried[_BEGAN_AT])
        return Finish(
            mail_id,
            token,
            State(words["state"]),
            Event(words["event"]),
            words["detail"],
            {name: _value(name, value) for name, value in words["fields"].items()},
            None if tried is None else Try(*tried),
            datetime.fromisoformat(words["handed_at"]),
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def _value(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in _TIMES and value is not None else value
