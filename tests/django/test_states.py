"""The states of a mail and their legal changes, exhaustively."""

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from django.db import connection

from send_mail.models import Mail
from send_mail.states import (
    FINAL,
    LEGAL,
    SCHEDULED,
    WAITING,
    State,
    move,
    move_statement,
    sources,
)


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_a_legal_change_changes_anything(
    saved: Callable[..., Mail], before: State, after: State
) -> None:
    mail = saved()
    Mail.objects.filter(pk=mail.pk).update(state=before)
    moved = move(Mail.objects.filter(pk=mail.pk), after)
    mail.refresh_from_db()
    legal = after in LEGAL[before]
    assert moved == int(legal)
    assert mail.state == (after if legal else before)


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_the_statement_changes_what_the_move_changes(
    saved: Callable[..., Mail], before: State, after: State
) -> None:
    mail = saved()
    Mail.objects.filter(pk=mail.pk).update(state=before)
    statement = move_statement("send_mail_mail", after, ('"words" = %s',), '"id" = %s')
    with connection.cursor() as cursor:
        cursor.execute(statement, ("by statement", mail.pk))
        assert cursor.rowcount == int(after in LEGAL[before])
    mail.refresh_from_db()
    assert mail.state == (after if after in LEGAL[before] else before)


def test_every_state_has_its_ways_written_down() -> None:
    assert set(LEGAL) == set(State)


def test_every_state_but_the_draft_can_be_reached() -> None:
    assert [state for state in State if not sources(state)] == [State.DRAFT]


def test_a_delivered_mail_never_changes_again() -> None:
    assert LEGAL[State.DELIVERED] == frozenset()


def test_only_a_waiting_mail_can_be_claimed() -> None:
    assert set(sources(State.SENDING)) == WAITING


def test_a_final_state_is_left_at_the_users_word_alone() -> None:
    assert all(LEGAL[state] <= {State.QUEUED} for state in FINAL)


def test_the_state_cannot_be_smuggled_in_as_a_field(saved: Callable[..., Mail]) -> None:
    saved()
    with pytest.raises(ValueError, match="by its name alone"):
        move(Mail.objects.all(), State.CANCELLED, state=State.DELIVERED)


def test_the_page_on_delivery_names_each_state_and_no_other() -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    rows = re.findall(r"^\| ([A-Z]+) \|", (docs / "delivery.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted([*State.values, SCHEDULED])
    drawn = set(re.findall(r'class="state">([A-Z]+)<', (docs / "delivery.svg").read_text("utf-8")))
    assert drawn == set(State.values) - {"DRAFT", "CANCELLED"}
