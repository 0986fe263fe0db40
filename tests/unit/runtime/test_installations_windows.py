"""What is found on a Windows machine: registry, Program Files, environment, PATH, our own folder.

The machine is a file tree and a registry in memory; `tests/windows/inside` asks the real one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.core.checks import Verdict
from launcher.runtime import prerequisites_broker
from launcher.runtime.installations import Places, choose, find_erlang, find_rabbitmq, find_server
from launcher.runtime.prerequisites_broker import check_broker, check_cookie, check_windows_service
from tests.unit.runtime.machine import executable

ERLANG_KEY = r"HKLM\SOFTWARE\Ericsson\Erlang"
SERVER_KEY = r"HKLM\SOFTWARE\VMware, Inc.\RabbitMQ Server"
UNINSTALL_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\RabbitMQ"


class Registry:
    """Keys and texts in memory, as `launcher.platform.windows.registry` reads them."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}

    def text(self, key: str, name: str = "") -> str | None:
        return self.texts.get((key, name))

    def keys(self, key: str) -> list[str]:
        below = (each for each, _ in self.texts if each.startswith(f"{key}\\"))
        return list(dict.fromkeys(each[len(key) + 1 :].partition("\\")[0] for each in below))


class Windows:
    """A machine with `C:` as a folder of the test's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.registry = Registry()
        self.environment = {
            "PATH": str(root / "bin"),
            "ProgramFiles": str(root / "Program Files"),
            "ProgramW6432": str(root / "Program Files"),
            "ProgramFiles(x86)": str(root / "Program Files (x86)"),
            "USERPROFILE": str(root / "Users" / "me"),
        }
        (root / "bin").mkdir()

    def places(self, **environment: str) -> Places:
        return Places(
            {**self.environment, **environment},
            servers=(),
            erlangs=(),
            own=self.root / "home" / "programs",
            windows=True,
            registry=self.registry,
        )

    def erlang(self, folder: str, version: str, *, key: str = "") -> Path:
        home = self.root / folder
        executable(home / "bin/erl.exe")
        executable(home / "erts-15.2/bin/epmd.exe")
        release = home / "releases" / version.partition(".")[0]
        release.mkdir(parents=True)
        (release / "OTP_VERSION").write_text(f"{version}\n")
        if key:
            self.registry.texts[key, ""] = str(home)
        return home

    def rabbitmq(self, folder: str) -> Path:
        home = self.root / folder
        for name in ("rabbitmq-server.bat", "rabbitmq-env.bat", "rabbitmqctl.bat"):
            executable(home / "sbin" / name)
        return home

    def installed(self, version: str) -> None:
        """As RabbitMQ's installer leaves it."""
        base = "Program Files/RabbitMQ Server"
        self.rabbitmq(f"{base}/rabbitmq_server-{version}")
        self.registry.texts[SERVER_KEY, "Install_Dir"] = str(self.root / base)
        self.registry.texts[UNINSTALL_KEY, "DisplayVersion"] = version


@pytest.fixture
def machine(tmp_path: Path) -> Windows:
    return Windows(tmp_path)


def test_what_the_installers_wrote_is_found(machine: Windows) -> None:
    machine.installed("4.3.5")
    erlang = machine.erlang("Programs/Erlang", "27.3.4", key=rf"{ERLANG_KEY}\15.2.6")
    machine.registry.texts[rf"{ERLANG_KEY}\ErlSrv\1.1\RabbitMQ", "Env"] = "no folder"
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.server.endswith("rabbitmq_server-4.3.5/sbin/rabbitmq-server.bat")
    assert (found.version, found.erlang_version) == ("4.3.5", "27.3.4")
    assert found.erl == str(erlang / "bin" / "erl.exe")
    assert found.epmd == str(erlang / "erts-15.2" / "bin" / "epmd.exe")


def test_an_erlang_installed_without_an_administrator_is_found(machine: Windows) -> None:
    machine.erlang("Users/me/Erlang", "27.1", key=r"HKCU\Software\Ericsson\Erlang\15.1")
    erlang = find_erlang(machine.places())
    assert erlang is not None
    assert erlang.version == "27.1"


@pytest.mark.parametrize("folder", ["Erlang OTP", "erl-27.3", "erl10.7"])
def test_program_files_are_looked_into(machine: Windows, folder: str) -> None:
    machine.erlang(f"Program Files/{folder}", "27.3")
    machine.rabbitmq("Program Files/RabbitMQ Server/rabbitmq_server-4.2.9")
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert (found.version, found.erlang_version) == ("4.2.9", "27.3")


def test_what_is_on_the_path_is_found(machine: Windows) -> None:
    erlang = machine.erlang("tools/erlang", "27.2")
    server = machine.rabbitmq("tools/rabbitmq_server-4.2.10")
    search = f"{erlang / 'bin'}:{server / 'sbin'}"
    found = find_rabbitmq(machine.places(PATH=search))
    assert found is not None
    assert (found.version, found.erlang_version) == ("4.2.10", "27.2")


def test_what_the_environment_names_goes_before_all(machine: Windows) -> None:
    machine.installed("4.3.5")
    machine.erlang("Program Files/Erlang OTP", "27.3")
    mine = machine.erlang("mine/erlang", "27.0")
    other = machine.rabbitmq("mine/rabbitmq_server-4.2.9")
    places = machine.places(ERLANG_HOME=str(mine), RABBITMQ_HOME=str(other))
    found = find_rabbitmq(places)
    assert found is not None
    assert (found.version, found.erlang_version) == ("4.2.9", "27.0")


def test_what_the_launcher_installed_is_found_last(machine: Windows) -> None:
    machine.erlang("home/programs/erlang-27.3.4.17", "27.3.4.17")
    machine.rabbitmq("home/programs/rabbitmq_server-4.3.5")
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.version == "4.3.5"
    machine.installed("4.2.9")
    server = find_server(machine.places())
    assert server is not None
    assert server.version == "4.2.9"


def test_a_pair_that_fits_goes_before_one_that_does_not(machine: Windows) -> None:
    """Erlang 29 and RabbitMQ 4.3.5 are installed; our own Erlang is what makes it run."""
    machine.installed("4.3.5")
    machine.erlang("Program Files/Erlang OTP", "29.0.6", key=rf"{ERLANG_KEY}\17.0.6")
    machine.erlang("home/programs/erlang-27.3.4.17", "27.3.4.17")
    chosen = choose(machine.places())
    assert chosen.erlang is not None
    assert chosen.erlang.version == "27.3.4.17"
    assert [one.version for one in chosen.others] == ["29.0.6"]


def test_a_key_whose_folder_is_gone_is_passed_over(machine: Windows) -> None:
    machine.registry.texts[rf"{ERLANG_KEY}\14.0", ""] = str(machine.root / "gone")
    machine.registry.texts[SERVER_KEY, "Install_Dir"] = str(machine.root / "gone too")
    machine.registry.texts[UNINSTALL_KEY, "DisplayVersion"] = "4.1.0"
    assert find_erlang(machine.places()) is None
    assert find_server(machine.places()) is None


def test_a_wrapper_without_rabbitmqs_other_scripts_is_none(machine: Windows) -> None:
    executable(machine.root / "bin/rabbitmq-server.bat")
    assert find_server(machine.places()) is None


# -- R20: an own message and remedy for each ----------------------------------------------------


def told(machine: Windows, **environment: str) -> dict[str, tuple[Verdict, str, str]]:
    results = check_broker(machine.places(**environment))
    return {each.name: (each.verdict, each.fact, each.remedy) for each in results}


def test_a_wrong_erlang_is_told_with_the_way_to_a_right_one(
    machine: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites_broker, "can_install_broker", lambda: True)
    monkeypatch.setattr(
        prerequisites_broker, "broker_remedy", lambda: "celery-launcher doctor --fix"
    )
    machine.installed("4.3.5")
    machine.erlang("Program Files/Erlang OTP", "26.2.5", key=rf"{ERLANG_KEY}\14.2.5")
    verdict, fact, remedy = told(machine)["Erlang and RabbitMQ together"]
    assert verdict is Verdict.FAIL
    assert "needs Erlang 27 to 27.x, found 26.2.5" in fact
    assert remedy == "celery-launcher doctor --fix"
    (pair,) = [each for each in check_broker(machine.places()) if "together" in each.name]
    assert pair.fix == "rabbitmq"


def test_a_wrong_erlang_home_beside_a_right_erlang_says_which_to_name(machine: Windows) -> None:
    machine.installed("4.3.5")
    wrong = machine.erlang("old", "25.3")
    right = machine.erlang("Program Files/Erlang OTP", "27.3", key=rf"{ERLANG_KEY}\15.2")
    verdict, fact, remedy = told(machine, ERLANG_HOME=str(wrong))["Erlang and RabbitMQ together"]
    assert verdict is Verdict.FAIL
    assert "found 25.3" in fact
    assert remedy == f"Remove ERLANG_HOME, or set it to {right}: Erlang 27.3 there fits"


def test_an_erlang_home_without_erlang_is_told(machine: Windows) -> None:
    verdict, fact, remedy = told(machine, ERLANG_HOME=str(machine.root / "nowhere"))["Erlang"]
    assert verdict is Verdict.WARN
    assert "nowhere" in fact
    assert "erl.exe" in fact
    assert "ERLANG_HOME" in remedy


def test_of_several_erlangs_it_is_told_which_is_used_and_why(machine: Windows) -> None:
    machine.installed("4.3.5")
    machine.erlang("Program Files/erl-29", "29.0", key=rf"{ERLANG_KEY}\17.0")
    machine.erlang("Program Files/erl-27", "27.3", key=rf"{ERLANG_KEY}\15.2")
    verdict, fact, remedy = told(machine)["Erlang"]
    assert verdict is Verdict.OK
    assert fact.startswith("Erlang 27.3 at ")
    assert "since it fits; also there: 29.0 at " in fact
    assert "ERLANG_HOME" in remedy


def test_a_foreign_cookie_is_told_with_the_command_that_ends_it(machine: Windows) -> None:
    system = machine.root / "Windows/System32/config/systemprofile"
    user = machine.root / "Users/me"
    for folder, word in ((system, "THEIRS"), (user, "MINE")):
        folder.mkdir(parents=True)
        (folder / ".erlang.cookie").write_text(word)
    places = machine.places(
        HOMEDRIVE=str(machine.root), HOMEPATH="/Users/me", SYSTEMROOT=str(machine.root / "Windows")
    )
    (result,) = check_cookie(places)
    assert result.verdict is Verdict.WARN
    assert "rabbitmqctl does not reach it" in result.fact
    assert result.remedy.startswith("As administrator: copy ")
    (user / ".erlang.cookie").write_text("THEIRS\n")
    assert check_cookie(places) == []
    (system / ".erlang.cookie").unlink()
    assert check_cookie(places) == []


def test_a_running_service_is_told_with_the_way_to_use_it(
    machine: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_windows_service(machine.places()) == []
    monkeypatch.setattr(prerequisites_broker, "_service_runs", lambda: True)
    (result,) = check_windows_service(machine.places())
    assert "left as it is" in result.fact
    assert "amqp://guest" in result.remedy
