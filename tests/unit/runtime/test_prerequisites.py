"""What is found of Erlang and RabbitMQ in made-up file trees, and what is said of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from launcher.core.checks import CheckResult, Verdict
from launcher.core.facts import AddressNotice, PortNotice, PortOwner
from launcher.platform.packages import InstallOutcome
from launcher.runtime import prerequisites
from launcher.runtime.prerequisites import (
    GROUPS,
    Places,
    check_all,
    check_broker,
    check_folder,
    check_port,
    check_qt,
    check_space,
    find_erlang,
    find_rabbitmq,
    find_server,
    fix,
)


def executable(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


class Machine:
    """A file tree with the usual places, none of them this machine's own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "bin").mkdir()

    def places(self, **environment: str) -> Places:
        return Places(
            environment={"PATH": str(self.root / "bin"), **environment},
            servers=(
                f"{self.root}/usr/lib/rabbitmq/bin",
                f"{self.root}/opt/rabbitmq_server-*/sbin",
            ),
            erlangs=(f"{self.root}/usr/lib/erlang", f"{self.root}/opt/erlang*"),
        )

    def erlang(self, folder: str, *versions: str, epmd: bool = True) -> Path:
        home = self.root / folder
        executable(home / "bin/erl")
        for version in versions:
            release = home / "releases" / version.partition(".")[0]
            release.mkdir(parents=True)
            (release / "OTP_VERSION").write_text(f"{version}\n")
        if epmd:
            executable(home / "erts-1.0/bin/epmd")
        return home

    def rabbitmq(self, version: str, folder: str = "") -> Path:
        home = self.root / (folder or f"opt/rabbitmq_server-{version}")
        executable(home / "sbin/rabbitmq-env")
        return executable(home / "sbin/rabbitmq-server")

    def debian(self) -> None:
        """As its packages lay it out: links in bin, and a wrapper on PATH."""
        real = self.rabbitmq("3.10.8", "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8")
        bin_folder = self.root / "usr/lib/rabbitmq/bin"
        bin_folder.mkdir()
        for name in ("rabbitmq-server", "rabbitmq-env"):
            (bin_folder / name).symlink_to(real.with_name(name))
        wrapper = executable(bin_folder / "rabbitmq-script-wrapper")
        (self.root / "bin/rabbitmq-server").symlink_to(wrapper)
        erlang = self.erlang("usr/lib/erlang", "25.2.3")
        (self.root / "bin/erl").symlink_to(erlang / "bin/erl")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def named(results: list[CheckResult]) -> Mapping[str, CheckResult]:
    return {result.name: result for result in results}


def test_debians_pair_is_found_behind_its_wrapper(machine: Machine) -> None:
    machine.debian()
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.server == f"{machine.root}/usr/lib/rabbitmq/bin/rabbitmq-server"
    assert found.version == "3.10.8"
    assert found.erl == f"{machine.root}/usr/lib/erlang/bin/erl"
    assert found.erlang_version == "25.2.3"
    assert found.epmd == f"{machine.root}/usr/lib/erlang/erts-1.0/bin/epmd"


def test_a_wrapper_alone_is_no_rabbitmq(machine: Machine) -> None:
    machine.debian()
    (machine.root / "usr/lib/rabbitmq/bin/rabbitmq-server").unlink()
    assert find_server(machine.places()) is None


def test_an_empty_machine_has_neither(machine: Machine) -> None:
    assert find_rabbitmq(machine.places()) is None
    assert find_erlang(machine.places()) is None


def test_rabbitmq_without_erlang_cannot_be_run(machine: Machine) -> None:
    machine.rabbitmq("4.1.0")
    assert find_server(machine.places()) is not None
    assert find_rabbitmq(machine.places()) is None


def test_the_newest_of_several_rabbitmqs_in_opt_is_taken(machine: Machine) -> None:
    for version in ("4.0.9", "4.0.10", "3.13.7"):
        machine.rabbitmq(version)
    server = find_server(machine.places())
    assert server is not None
    assert server.version == "4.0.10"


def test_rabbitmq_home_goes_before_the_usual_places(machine: Machine) -> None:
    machine.debian()
    machine.rabbitmq("4.1.0", "mine/rabbitmq_server-4.1.0")
    places = machine.places(RABBITMQ_HOME=f"{machine.root}/mine/rabbitmq_server-4.1.0")
    server = find_server(places)
    assert server is not None
    assert server.version == "4.1.0"


def test_a_plain_script_on_the_path_is_found(machine: Machine) -> None:
    real = machine.rabbitmq("4.0.5", "somewhere/rabbitmq_server-4.0.5")
    (machine.root / "bin/rabbitmq-server").symlink_to(real)
    server = find_server(machine.places())
    assert server is not None
    assert (server.path, server.version) == (str(real), "4.0.5")


@pytest.mark.parametrize("plugin", ["rabbit-4.0.5", "rabbit-4.0.5.ez"])
def test_the_version_is_read_from_the_plugins_where_the_folder_has_no_name(
    machine: Machine, plugin: str
) -> None:
    real = machine.rabbitmq("", "cellar")
    (machine.root / "cellar/plugins" / plugin).mkdir(parents=True)
    (machine.root / "bin/rabbitmq-server").symlink_to(real)
    server = find_server(machine.places())
    assert server is not None
    assert server.version == "4.0.5"


def test_erlang_home_goes_before_everything_even_where_it_does_not_fit(machine: Machine) -> None:
    machine.debian()
    machine.erlang("mine", "27.1")
    found = find_rabbitmq(machine.places(ERLANG_HOME=f"{machine.root}/mine"))
    assert found is not None
    assert found.erlang_version == "27.1"


def test_of_several_erlangs_the_one_that_fits_is_taken(machine: Machine) -> None:
    machine.debian()
    machine.erlang("opt/erlang-27", "27.1")
    (machine.root / "bin/erl").unlink()
    (machine.root / "bin/erl").symlink_to(machine.root / "opt/erlang-27/bin/erl")
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.erlang_version == "25.2.3"


def test_the_first_erlang_is_taken_where_none_fits(machine: Machine) -> None:
    machine.rabbitmq("4.1.0")
    machine.erlang("opt/erlang-24", "24.3")
    machine.erlang("opt/erlang-25", "25.1")
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.erlang_version == "25.1"


def test_the_newest_release_folder_counts(machine: Machine) -> None:
    machine.erlang("usr/lib/erlang", "9.3", "26.2.5")
    erlang = find_erlang(machine.places())
    assert erlang is not None
    assert erlang.version == "26.2.5"


def test_everything_is_ok_on_debian(machine: Machine) -> None:
    machine.debian()
    results = check_broker(machine.places())
    assert [result.verdict for result in results] == [Verdict.OK] * 4


def test_no_rabbitmq_is_a_warning_with_a_remedy(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "package_system", object)
    results = named(check_broker(machine.places()))
    for name in ("Erlang", "RabbitMQ"):
        assert results[name].verdict is Verdict.WARN
        assert results[name].remedy == "celery-launcher doctor --fix"
        assert results[name].fix in GROUPS
    assert "embedded" in results["RabbitMQ"].fact


def test_the_remedy_is_the_vendors_page_where_nothing_can_be_installed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "package_system", lambda: None)
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


def test_finding_starts_no_process(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.debian()

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("subprocess.run", refuse)
    monkeypatch.setattr("subprocess.Popen", refuse)
    assert find_rabbitmq(machine.places()) is not None


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
    monkeypatch.setattr(prerequisites, "package_system", lambda: system)
    assert fix(["rabbitmq"], print).ok
    assert system.asked == ["rabbitmq-server"]
    assert system.quiet == ["rabbitmq-server"]
    fix(["tests"], print)
    assert {"xvfb", "xdotool", "chromium", "libxcb-cursor0"} <= set(system.asked)


def test_fix_without_groups_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequisites, "package_system", FakeSystem)
    assert fix([], print) == InstallOutcome(ok=True, words="nothing to install")


def test_fix_says_so_on_a_system_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequisites, "package_system", lambda: None)
    outcome = fix(["rabbitmq"], print)
    assert not outcome.ok
    assert "rabbitmq.com" in outcome.remedy
