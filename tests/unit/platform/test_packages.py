"""What is asked of apt, systemd and sudo: commands as data, none of them run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from launcher.platform import packages
from launcher.platform.packages import Apt, missing_libraries, os_release, package_system


class Shell:
    """Remembers commands and answers as told; unknown ones succeed silently."""

    def __init__(self, installed: Sequence[str] = (), failing: Sequence[str] = ()) -> None:
        self.installed = installed
        self.failing = list(failing)
        self.commands: list[str] = []

    def __call__(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        line = " ".join(command)
        self.commands.append(line)
        if command[0] == "dpkg-query":
            listed = "".join(f"{name} installed\n" for name in self.installed)
            return subprocess.CompletedProcess(command, 1, listed + "old config-files\n", "")
        for part in self.failing:
            if part in line:
                self.failing.remove(part)
                return subprocess.CompletedProcess(command, 100, "Reading\n", "W: x\nE: no room\n")
        return subprocess.CompletedProcess(command, 0, "", "")

    def matching(self, part: str) -> list[str]:
        return [command for command in self.commands if part in command]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lists = tmp_path / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    (lists / "debian_Packages").write_text("")
    return tmp_path


@pytest.fixture(autouse=True)
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_only_what_is_missing_is_installed(root: Path) -> None:
    shell = Shell(installed=["xvfb"])
    assert Apt(shell, root).missing(["xvfb", "old", "xdotool", "xdotool"]) == ("old", "xdotool")
    outcome = Apt(shell, root).install(["xvfb", "xdotool"], print)
    assert outcome.ok
    (line,) = shell.matching("apt-get")
    assert line.endswith("install -y --no-install-recommends xdotool")


def test_nothing_runs_where_nothing_is_missing(root: Path) -> None:
    shell = Shell(installed=["xvfb"])
    assert Apt(shell, root).install(["xvfb"], print).ok
    assert not shell.matching("apt-get")


def test_old_or_missing_package_lists_are_read_first(root: Path) -> None:
    shell = Shell()
    os.utime(root / "var/lib/apt/lists", (0, 0))
    os.utime(root / "var/lib/apt/lists/debian_Packages", (0, 0))
    Apt(shell, root).install(["xvfb"], print)
    assert [line.rpartition(" ")[2] for line in shell.matching("apt-get")] == ["update", "xvfb"]

    fresh_machine = Shell()
    (root / "var/lib/apt/lists/debian_Packages").unlink()
    Apt(fresh_machine, root).install(["xvfb"], print)
    assert len(fresh_machine.matching(" update")) == 1


def test_a_failed_installation_is_tried_again_with_fresh_lists(root: Path) -> None:
    shell = Shell(failing=["install -y"])
    assert Apt(shell, root).install(["xvfb"], print).ok
    assert len(shell.matching("install -y")) == 2
    assert len(shell.matching(" update")) == 1


def test_a_failure_says_why_and_gives_the_command(root: Path) -> None:
    shell = Shell(failing=["install -y", "install -y"])
    outcome = Apt(shell, root).install(["xvfb"], print)
    assert not outcome.ok
    assert outcome.words == "apt-get failed: E: no room"
    assert outcome.remedy == "apt-get update && apt-get install -y xvfb"


def test_the_systems_own_service_is_not_started_under_systemd(root: Path) -> None:
    (root / "run/systemd/system").mkdir(parents=True)
    shell = Shell()
    Apt(shell, root).install(["rabbitmq-server"], print, quiet_services=["rabbitmq-server"])
    order = [line for line in shell.commands if "systemctl" in line or "install -y" in line]
    assert order[0] == "systemctl mask --runtime rabbitmq-server.service"
    assert "install -y" in order[1]
    assert order[2:] == [
        "systemctl unmask --runtime rabbitmq-server.service",
        "systemctl disable rabbitmq-server.service",
    ]


def test_a_service_that_was_there_before_is_left_alone(root: Path) -> None:
    (root / "run/systemd/system").mkdir(parents=True)
    shell = Shell(installed=["rabbitmq-server"])
    Apt(shell, root).install(["rabbitmq-server", "xvfb"], print, ["rabbitmq-server"])
    assert not shell.matching("systemctl")


def test_system_v_init_is_told_a_runlevel_that_starts_nothing(root: Path) -> None:
    shell = Shell()
    Apt(shell, root).install(["rabbitmq-server"], print, ["rabbitmq-server"])
    (line,) = shell.matching("apt-get")
    assert line.startswith("env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get ")
    assert not shell.matching("systemctl")


def test_sudo_is_used_where_it_asks_for_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    shell = Shell()
    assert Apt(shell, root).install(["xvfb"], print).ok
    assert shell.matching("install -y")[0].startswith("sudo -n env ")


def test_the_exact_command_is_given_where_root_is_out_of_reach(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    shell = Shell()
    outcome = Apt(shell, root).install(["xvfb"], print)
    assert not outcome.ok
    assert outcome.remedy == "sudo sh -c 'apt-get update && apt-get install -y xvfb'"
    assert not shell.matching("install -y")


@pytest.mark.parametrize(
    ("release", "known"),
    [
        ('ID=debian\nVERSION_ID="12"\n', True),
        ('ID="linuxmint"\nID_LIKE="ubuntu debian"\n', True),
        ("ID=fedora\n", False),
        ("# nothing\n", False),
    ],
)
def test_apt_is_used_on_debian_and_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str, *, known: bool
) -> None:
    monkeypatch.setattr(packages, "LINUX", True)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text(release)
    assert (package_system(tmp_path) is not None) is known


def test_a_system_without_release_file_has_no_entries(tmp_path: Path) -> None:
    assert os_release(tmp_path) == {}


def test_libraries_that_are_not_found_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = "\tlibc.so.6 => /lib/libc.so.6 (0x1)\n\tlibxcb-cursor.so.0 => not found\n"
    monkeypatch.setattr(packages, "LINUX", True)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        packages, "_run", lambda command: subprocess.CompletedProcess(command, 0, printed, "")
    )
    assert missing_libraries(Path("libqxcb.so")) == ("libxcb-cursor.so.0",)


def test_a_command_that_cannot_be_run_is_a_value() -> None:
    assert packages._run(["/no/such/command"]).returncode == 127
