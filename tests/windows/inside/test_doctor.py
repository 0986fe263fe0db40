"""The checks on Windows' Python: nothing of Linux, and the service where it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.core.checks import Verdict
from launcher.platform.windows import services
from launcher.platform.windows.services import ServiceState
from launcher.runtime import prerequisites


def test_the_checks_tell_of_nothing_that_is_not_windows(tmp_path: Path) -> None:
    told = {check.name: check for check in prerequisites.check_all(tmp_path)}
    assert told["Python"].verdict is Verdict.OK
    assert told["Data folder"].verdict is Verdict.OK
    assert told["Erlang"].verdict is Verdict.WARN, "Linux' own is no Erlang for Windows"
    assert not {"setpriv", "RabbitMQ service"} & set(told)


def test_a_running_service_of_rabbitmq_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "state_of", lambda _: ServiceState.RUNNING)
    (told,) = prerequisites.check_windows_service()
    assert "left as it is" in told.fact
    monkeypatch.setattr(services, "state_of", lambda _: ServiceState.STOPPED)
    assert prerequisites.check_windows_service() == []
