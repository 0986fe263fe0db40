"""What is said of a machine: facts, verdicts and remedies."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from launcher.core.checks import CheckResult, Verdict
from launcher.core.facts import AddressNotice, PortNotice, PortOwner
from launcher.platform import places
from launcher.runtime import prerequisites, repair
from launcher.runtime.installations import find_rabbitmq
from launcher.runtime.prerequisites import (
    check_all,
    check_broker,
    check_folder,
    check_port,
    check_qt,
    check_space,
)
from launcher.runtime.repair import GROUPS
from tests.unit.runtime.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def named(results: list[CheckResult]) -> Mapping[str, CheckResult]:
    return {result.name: result for result in results}


def test_everything_is_ok_on_debian(machine: Machine) -> None:
    machine.debian()
    results = check_broker(machine.places())
    assert [result.verdict for result in results] == [Verdict.OK] * 4


def test_no_rabbitmq_is_a_warning_with_a_remedy(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "package_system", object)
    results = named(check_broker(machine.places()))
    for name in ("Erlang", "RabbitMQ"):
        assert results[name].verdict is Verdict.WARN
        assert results[name].remedy == "celery-launcher doctor --fix"
        assert results[name].fix in GROUPS
    assert "embedded" in results["RabbitMQ"].fact


def test_the_remedy_is_the_vendors_page_where_nothing_can_be_installed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "package_system", lambda: None)
    assert "rabbitmq.com" in named(check_broker(machine.places()))["RabbitMQ"].remedy


def test_a_pair_that_does_not_fit_fails(machine: Machine) -> None:
    machine.rabbitmq("4.1.0")
    machine.erlang("usr/lib/erlang", "25.1")
    pair = named(check_broker(machine.places()))["Erlang and RabbitMQ together"]
    assert pair.verdict is Verdict.FAIL
    assert "25.1" in pair.fact


@pytest.mark.parametrize("version", ["9.9.9", ""])
def test_a_pair_that_is_not_known_is_a_warning_with_the_vendors_page(
    machine: Machine, version: str
) -> None:
    machine.rabbitmq(version, f"opt/rabbitmq_server-{version}")
    machine.erlang("usr/lib/erlang")
    pair = named(check_broker(machine.places()))["Erlang and RabbitMQ together"]
    assert pair.verdict is Verdict.WARN
    assert "which-erlang" in pair.remedy


def test_a_wrong_erlang_home_is_said(machine: Machine) -> None:
    machine.debian()
    results = named(check_broker(machine.places(ERLANG_HOME="/no/such/erlang")))
    assert results["Erlang"].verdict is Verdict.WARN
    assert "/no/such/erlang" in results["Erlang"].fact
    assert find_rabbitmq(machine.places(ERLANG_HOME="/no/such/erlang")) is not None


def test_an_erlang_without_epmd_is_said_and_not_used(machine: Machine) -> None:
    machine.rabbitmq("4.1.0")
    machine.erlang("usr/lib/erlang", "27.1", epmd=False)
    assert find_rabbitmq(machine.places()) is None
    assert named(check_broker(machine.places()))["epmd"].verdict is Verdict.WARN


def test_a_folder_that_can_be_written_is_not_made_by_looking(tmp_path: Path) -> None:
    folder = tmp_path / "Ünïcode and spaces" / "home"
    assert check_folder(folder).verdict is Verdict.OK
    assert not folder.exists()


def test_a_folder_behind_a_file_fails_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = check_folder(tmp_path / "file" / "home")
    assert result.verdict is Verdict.FAIL
    assert "is a file" in result.fact
    assert "--home" in result.remedy


def test_a_read_only_folder_fails_with_the_systems_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    result = check_folder(tmp_path)
    assert result.verdict is Verdict.FAIL
    assert "Read-only file system" in result.fact


def test_a_long_folder_is_a_warning_where_windows_would_cut_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_folder(tmp_path / ("l" * 150)).verdict is Verdict.OK
    monkeypatch.setattr(places, "_LONGEST_ROOT", 110)
    result = check_folder(tmp_path / ("l" * 150))
    assert result.verdict is Verdict.WARN
    assert "--home" in result.remedy


def test_little_room_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_space(tmp_path / "not" / "there").verdict is not Verdict.FAIL
    monkeypatch.setattr(prerequisites, "_SPACE_NEEDED", 1 << 62)
    assert check_space(tmp_path).verdict is Verdict.WARN


def test_a_moved_port_warns_and_a_pinned_one_fails() -> None:
    owner = PortOwner(4312, "node")
    moved = check_port(PortNotice("django", 8000, 8001, owner))
    pinned = check_port(PortNotice("django", 8000, 8000, owner))
    assert (moved.name, moved.verdict, moved.remedy) == ("Port", Verdict.WARN, "")
    assert pinned.verdict is Verdict.FAIL
    assert "node (4312)" in pinned.fact
    assert "settings" in pinned.remedy
    assert check_port(AddressNotice("flower", "127.0.0.6", "127.0.0.1")).verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("environment", "verdict"), [({}, Verdict.WARN), ({"DISPLAY": ":0"}, Verdict.FAIL)]
)
def test_missing_qt_libraries_matter_where_there_is_a_display(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    verdict: Verdict,
) -> None:
    monkeypatch.setattr(prerequisites, "LINUX", True)
    monkeypatch.setattr(prerequisites, "missing_libraries", lambda _path: ("libxcb-cursor.so.0",))
    result = check_qt(machine.places(**environment))
    assert result.verdict is verdict
    assert "libxcb-cursor.so.0" in result.fact
    assert result.fix == "window"


def test_every_check_has_words_and_whatever_is_not_ok_has_a_remedy(
    machine: Machine, tmp_path: Path
) -> None:
    notices = [PortNotice("django", 8000, 8000, PortOwner(1, "init"))]
    results = check_all(tmp_path, notices, thorough=True, places=machine.places())
    assert {"Python", "Erlang", "RabbitMQ", "eventlet", "Data folder", "Port"} <= {
        result.name for result in results
    }
    for result in results:
        assert result.fact
        assert result.verdict is Verdict.OK or result.remedy, result
        assert result.fix in ("", *GROUPS)
