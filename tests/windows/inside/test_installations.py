"""Erlang and RabbitMQ are found where Windows' installers put them, in the real registry."""

from __future__ import annotations

import uuid
import winreg
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.platform import places
from launcher.platform.windows import registry, services
from launcher.platform.windows.services import ServiceState
from launcher.runtime import installations_windows
from launcher.runtime.installations import Places, find_rabbitmq
from launcher.runtime.prerequisites_broker import check_windows_service


def program(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"MZ")


def erlang(home: Path, version: str) -> Path:
    program(home / "bin" / "erl.exe")
    program(home / "erts-15.2" / "bin" / "epmd.exe")
    release = home / "releases" / version.partition(".")[0]
    release.mkdir(parents=True)
    (release / "OTP_VERSION").write_text(version, encoding="utf-8")
    return home


def rabbitmq(home: Path) -> Path:
    for name in ("rabbitmq-server.bat", "rabbitmq-env.bat", "rabbitmqctl.bat"):
        program(home / "sbin" / name)
    return home


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which neither is installed, whatever this one has."""
    for name in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)", "USERPROFILE", "PATH"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("ERLANG_HOME", "RABBITMQ_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A branch of the user's own registry that stands for the two vendors' keys."""
    name = rf"Software\CeleryLauncherTest-{uuid.uuid4().hex}"
    own = rf"HKCU\{name}"
    monkeypatch.setattr(installations_windows, "_ERLANGS", (rf"{own}\Erlang",))
    monkeypatch.setattr(installations_windows, "_SERVER", rf"{own}\RabbitMQ Server")
    monkeypatch.setattr(installations_windows, "_UNINSTALL", rf"{own}\Uninstall")
    yield own
    below = (r"Erlang\15.2", r"Erlang\9.3", r"Erlang\ErlSrv", "Erlang", "RabbitMQ Server")
    for each in (*below, "Uninstall"):
        try:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, rf"{name}\{each}")
        except FileNotFoundError:
            continue
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, name)


def test_what_stands_in_the_registry_is_found(bare: Path, keys: str) -> None:
    registry.set_text(rf"{keys}\Erlang\9.3", "", str(erlang(bare / "old", "20.3")))
    registry.set_text(rf"{keys}\Erlang\15.2", "", str(erlang(bare / "Erlang OTP", "27.3.4")))
    registry.set_text(rf"{keys}\Erlang\ErlSrv", "", "")
    base = bare / "RabbitMQ Server"
    rabbitmq(base / "rabbitmq_server-4.3.5")
    rabbitmq(base / "rabbitmq_server-3.13.0")
    registry.set_text(rf"{keys}\RabbitMQ Server", "Install_Dir", str(base))
    registry.set_text(rf"{keys}\Uninstall", "DisplayVersion", "4.3.5")
    found = find_rabbitmq(Places.here())
    assert found is not None
    assert (found.version, found.erlang_version) == ("4.3.5", "27.3.4")
    assert Path(found.erl) == bare / "Erlang OTP" / "bin" / "erl.exe"
    assert Path(found.epmd).name == "epmd.exe"
    assert Path(found.server) == base / "rabbitmq_server-4.3.5" / "sbin" / "rabbitmq-server.bat"


def test_the_environment_and_the_path_are_looked_at(
    bare: Path, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.set_text(keys, "", "so that there is something to remove")
    tools = erlang(bare / "tools", "27.1")
    server = rabbitmq(bare / "rabbitmq_server-4.2.9")
    monkeypatch.setenv("PATH", f"{tools / 'bin'};{server / 'sbin'}")
    found = find_rabbitmq(Places.here())
    assert found is not None
    assert (found.version, found.erlang_version) == ("4.2.9", "27.1")
    monkeypatch.setenv("ERLANG_HOME", str(erlang(bare / "mine", "27.0")))
    found = find_rabbitmq(Places.here())
    assert found is not None
    assert found.erlang_version == "27.0"


def test_a_bare_machine_has_neither(bare: Path, keys: str) -> None:
    registry.set_text(keys, "", "so that there is something to remove")
    assert find_rabbitmq(Places.here(bare / "programs")) is None


def test_a_running_service_of_rabbitmq_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "state_of", lambda _: ServiceState.RUNNING)
    told = check_windows_service(Places.here())[0]
    assert "left as it is" in told.fact
    monkeypatch.setattr(services, "state_of", lambda _: ServiceState.STOPPED)
    assert check_windows_service(Places.here()) == []


@pytest.mark.parametrize(
    ("folder", "plain"),
    [
        (r"C:\Users\me\AppData\Local\celery-launcher", True),
        (r"C:\Users\Größe\AppData\Local\celery-launcher", False),
        (r"C:\Users\me!\celery-launcher", False),
        (r"C:\Users\[me]\celery-launcher", False),
        ("C:\\" + "l" * 110, False),
    ],
)
def test_folders_that_rabbitmq_cannot_work_in_are_known(folder: str, plain: bool) -> None:
    assert places.is_plain(Path(folder)) is plain


def test_a_long_path_is_written_so_that_windows_takes_it(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*("d" * 50 for _ in range(6)))
    assert len(str(deep)) > 260
    path = places.long_path(deep)
    path.mkdir(parents=True)
    (path / "file").write_text("there", encoding="utf-8")
    assert (places.long_path(deep / "file")).read_text(encoding="utf-8") == "there"
