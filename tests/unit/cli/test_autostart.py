"""`autostart` is there on Windows alone; tests/windows sees it work."""

from __future__ import annotations

import sys

import pytest

from launcher.cli import main, run
from launcher.cli.commands import all_commands


@pytest.mark.skipif(sys.platform == "win32", reason="about the other systems")
def test_other_systems_are_told_that_it_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["autostart", "on"], lambda: lambda _: 0) == 2
    assert "on Windows alone" in capsys.readouterr().err
    assert all_commands(main)["autostart"].hidden
