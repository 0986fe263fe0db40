"""A missing tool is never passed over in silence."""

from __future__ import annotations

import sys

import pytest

from tests.helpers.measuring import NotInstalled, NotMeasured
from tests.helpers.needs import INSTALL, NEED_ALL, need_program, not_measured

Skipped, Failed = pytest.skip.Exception, pytest.fail.Exception


@pytest.fixture(params=["", "1"])
def strict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv(NEED_ALL, request.param)
    return bool(request.param)


def test_a_missing_program_skips_or_fails_and_says_what_installs_it(strict: bool) -> None:
    with pytest.raises(Failed if strict else Skipped) as told:
        need_program("no-such-program")
    assert str(told.value) == f"no-such-program is not installed; install it with: {INSTALL}"


def test_a_row_without_its_tool_skips_or_fails(strict: bool) -> None:
    with pytest.raises(Failed if strict else Skipped, match="apt-get install -y postgresql"):
        not_measured(NotInstalled("PostgreSQL", "apt-get install -y postgresql"))


def test_what_a_machine_does_not_let_us_do_is_a_skip_always(strict: bool) -> None:
    with pytest.raises(Skipped, match="run it as root"):
        not_measured(NotMeasured("no disk could be mounted", "run it as root"))


def test_the_first_program_that_is_there_is_taken(strict: bool) -> None:
    assert need_program("no-such-program", sys.executable) == sys.executable
