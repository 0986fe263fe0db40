"""The end of a mail as words of a journal, and back."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from send_mail.models import Event
from send_mail.services import finishes
from send_mail.services.attempts import Try
from send_mail.services.held_rows import Finish
from send_mail.states import State


def delivered() -> Finish:
    now = timezone.now()
    fields = {"words": "250 taken", "finished_at": now}
    tried = Try(7, 1, "w1", now, "receipt", "delivered", 250, "250 taken", "The server took it.")
    return Finish(7, "t", State.DELIVERED, Event.DELIVERED, "250 taken", fields, tried, now)


def as_read(done: Finish) -> dict[str, Any]:
    """What a later process reads."""
    told: dict[str, Any] = json.loads(
        json.dumps(finishes.as_words(done), default=datetime.isoformat)
    )
    return told


def test_an_end_is_told_and_understood() -> None:
    done = delivered()
    assert finishes.from_words(7, "t", as_read(done)) == done


@pytest.mark.parametrize(
    "change",
    [
        {"state": "A STATE OF LATER"},
        {"event": None},
        {"tried": [1, 2]},
        {"fields": None},
        {"handed_at": "yesterday"},
    ],
)
def test_words_of_another_version_tell_nothing(change: dict[str, Any]) -> None:
    words = as_read(delivered())
    without = {name: value for name, value in words.items() if name not in change}
    assert finishes.from_words(7, "t", words | change) is None
    assert finishes.from_words(7, "t", without) is None
