"""What is installed for each group, and what is said where nothing can be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from launcher.platform.packages import InstallOutcome
from launcher.runtime import repair
from launcher.runtime.repair import fix


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
    assert fix(["rabbitmq"], print).ok
    assert system.asked == ["rabbitmq-server"]
    assert system.quiet == ["rabbitmq-server", "postgresql"]
    fix(["tests"], print)
    assert {"xvfb", "xdotool", "chromium", "libxcb-cursor0"} <= set(system.asked)


def test_fix_without_groups_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "package_system", FakeSystem)
    assert fix([], print) == InstallOutcome(ok=True, words="nothing to install")


def test_fix_says_so_on_a_system_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "package_system", lambda: None)
    outcome = fix(["rabbitmq"], print)
    assert not outcome.ok
    assert "rabbitmq.com" in outcome.remedy
