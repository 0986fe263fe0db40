"""What is installed for each group, and what is said where nothing can be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from launcher.platform.packages import InstallOutcome
from launcher.runtime import repair
from launcher.runtime.parts import pins, vcruntime
from launcher.runtime.parts.watching import Watch
from launcher.runtime.repair import fix
from tests.helpers.publisher import Publisher
from tests.unit.runtime.parts.conftest import publisher as publisher  # noqa: PLC0414 - a fixture


class FakeSystem:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.quiet: list[str] = []

    def install(
        self, packages: list[str], say: Callable[[str], None], quiet_services: tuple[str, ...]
    ) -> InstallOutcome:
        self.asked += packages
        self.quiet += quiet_services
        return InstallOutcome(ok=True, words="installed")


def test_fix_installs_the_packages_of_the_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    system = FakeSystem()
    monkeypatch.setattr(repair, "package_system", lambda: system)
    assert fix(["rabbitmq"], Watch(print)).ok
    assert system.asked == ["rabbitmq-server"]
    assert system.quiet == ["rabbitmq-server", "postgresql"]
    fix(["tests"], Watch(print))
    assert {"xvfb", "xdotool", "chromium", "libxcb-cursor0"} <= set(system.asked)


def test_fix_without_groups_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "package_system", FakeSystem)
    assert fix([], Watch(print)) == InstallOutcome(ok=True, words="nothing to install")


def test_fix_says_so_on_a_system_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "package_system", lambda: None)
    outcome = fix(["rabbitmq"], Watch(print))
    assert not outcome.ok
    assert "rabbitmq.com" in outcome.remedy


# -- Windows: both archives, into the home -------------------------------------------------------


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch, publisher: Publisher) -> Publisher:
    monkeypatch.setattr(repair, "WINDOWS", True)
    monkeypatch.setattr(pins, "shipped", publisher.parts)
    monkeypatch.setattr(vcruntime, "provide", lambda _: [])
    return publisher


def test_on_windows_both_archives_are_installed_into_the_home(
    windows: Publisher, tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    outcome = fix(["rabbitmq", "window"], Watch(print), programs)
    assert outcome.ok, outcome
    assert repair.remove(programs).words == "removed erlang 27.3.4.17, rabbitmq 4.3.5"
    assert not programs.exists()
    assert repair.remove(programs).ok


def test_on_windows_a_failure_offers_another_way_to_copy(
    windows: Publisher, tmp_path: Path
) -> None:
    windows.ways.status = 503
    outcome = fix(["rabbitmq"], Watch(print), tmp_path / "programs")
    assert not outcome.ok
    assert outcome.remedy.endswith("choco install rabbitmq")
    assert outcome.copied == "choco install rabbitmq"


def test_on_windows_nothing_else_is_installed(windows: Publisher, tmp_path: Path) -> None:
    assert fix(["window", "tests"], Watch(print), tmp_path).words == "nothing to install"
    assert list(tmp_path.glob("*.zip")) == []


def test_the_broker_can_be_installed_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "package_system", lambda: None)
    assert "rabbitmq.com" in repair.broker_remedy()
    monkeypatch.setattr(repair, "WINDOWS", True)
    assert repair.broker_remedy() == repair.fix_command()
