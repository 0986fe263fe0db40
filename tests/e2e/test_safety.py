"""Each safety row on the running stack."""

from __future__ import annotations

import json

import pytest

from tests.helpers.measuring import NotMeasured
from tests.helpers.stack import Stack
from tests.safety import binds, logins


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
        pytest.skip(failure.reason)
    assert row["holds"], json.dumps(row)
