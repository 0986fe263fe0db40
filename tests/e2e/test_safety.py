"""Each safety row on the running stack."""

from __future__ import annotations

import json

from tests.helpers.measuring import NotMeasured
from tests.helpers.needs import not_measured
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack
from tests.safety import binds, injection, logins, pages, secrets_hidden, too_much


def test_a_page_of_somebody_else_reads_and_changes_nothing(stack: Stack) -> None:
    row = pages.s1(stack)
    assert row["holds"], json.dumps(row)
    assert row["tried"] > 300


def test_the_secrets_stand_where_they_are_needed_alone(sending: tuple[Stack, MailServer]) -> None:
    row = secrets_hidden.s5(*sending)
    assert row["holds"], json.dumps(row)


def test_no_field_adds_a_header_or_a_recipient(sending: tuple[Stack, MailServer]) -> None:
    row = injection.s6(*sending)
    assert row["holds"], json.dumps(row)
    assert row["tried"] >= 200


def test_hostile_messages_and_huge_mails_are_refused(sending: tuple[Stack, MailServer]) -> None:
    row = too_much.s7(*sending)
    assert row["holds"], json.dumps(row)


def test_flower_and_dashboard_refuse_whoever_has_no_login(stack: Stack) -> None:
    row = logins.s2(stack)
    assert row["holds"], json.dumps(row)
    assert row["figures"]["answered_401"] > 500


def test_the_logins_that_everybody_knows_are_refused(stack: Stack) -> None:
    row = logins.s3(stack)
    assert row["holds"], json.dumps(row)


def test_nothing_listens_outside_loopback(stack: Stack) -> None:
    try:
        row = binds.s4(stack)
    except NotMeasured as failure:
        not_measured(failure)
    assert row["holds"], json.dumps(row)
