"""The checks on Windows' Python: nothing of Linux, and what can be installed there."""

from __future__ import annotations

from pathlib import Path

from launcher.core.checks import Verdict
from launcher.runtime import prerequisites


def test_the_checks_tell_of_nothing_that_is_not_windows(tmp_path: Path) -> None:
    told = {check.name: check for check in prerequisites.check_all(tmp_path)}
    assert told["Python"].verdict is Verdict.OK
    assert told["Data folder"].verdict is Verdict.OK
    assert told["Erlang"].verdict is Verdict.WARN, "Linux' own is no Erlang for Windows"
    assert told["Erlang"].fix == "rabbitmq"
    assert told["Erlang"].remedy.endswith("doctor --fix")
    assert not {"setpriv", "RabbitMQ service"} & set(told)
