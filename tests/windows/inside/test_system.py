"""The whole layer: services started, found, asked and ended through it; the registry beside it."""

from __future__ import annotations

import uuid
import winreg
from pathlib import Path

import pytest

from launcher.core.spec import ServiceSpec, StopAction
from launcher.paths import find_home
from launcher.platform import current
from launcher.platform.windows import autostart, registry, services
from launcher.platform.windows.services import ServiceState
from launcher.runtime import instance
from launcher.runtime.logs import LogStore
from launcher.runtime.passwords import WINDOWS_LIMIT, Kept, PasswordError, Passwords
from launcher.runtime.process import Child, Children
from launcher.runtime.usage import UsageMeter
from tests.windows.inside.programs import PARENT, SLEEPER, eventually, gone, running
from tests.windows.inside.test_console import POLITE

RUN = uuid.uuid4().hex


class Nursery:
    """Starts scripts as services, as the supervisor does."""

    def __init__(self, folder: Path) -> None:
        self.system = current()
        self.logs = LogStore(folder)
        self.exits: dict[str, int] = {}
        self.children = Children(self.system, RUN, self.logs, lambda _: None, lambda _: None)

    def start(self, name: str, script: str) -> Child:
        spec = ServiceSpec(name, name, command=(self.system.interpreter, "-c", script))
        return self.children.spawn(
            spec, lambda *_: None, lambda code: self.exits.setdefault(name, code)
        )

    def lines(self, name: str) -> list[str]:
        return [record.text for record in self.logs.read(0, 1000, name)[0]]


@pytest.fixture
def nursery(tmp_path: Path) -> Nursery:
    return Nursery(tmp_path)


def test_a_service_runs_and_its_output_and_exit_are_told(nursery: Nursery) -> None:
    nursery.start("one", "print('Größe 漢字'); raise SystemExit(3)")
    assert eventually(lambda: "one" in nursery.exits)
    assert nursery.exits == {"one": 3}
    assert nursery.lines("one") == ["Größe 漢字"]


def test_services_are_found_and_ended_one_by_one(nursery: Nursery) -> None:
    first, second = nursery.start("first", PARENT), nursery.start("second", SLEEPER)
    assert eventually(lambda: nursery.lines("first") and nursery.lines("second"))
    grandchild = int(nursery.lines("first")[0])
    # Wine adds the process of each console, which Windows keeps elsewhere.
    assert {first.pid, grandchild} <= set(nursery.system.marked(RUN, "first"))
    assert {first.pid, grandchild, second.pid} <= set(nursery.system.marked(RUN))
    assert second.pid not in nursery.system.marked(RUN, "first")
    first.act(StopAction.KILL_TREE)
    assert eventually(lambda: "first" in nursery.exits)
    assert gone(grandchild)
    assert second.pid in nursery.system.marked(RUN)
    assert nursery.system.marked(RUN, "first") == []
    assert nursery.system.end_tree("another run", None, ()) == 0
    assert nursery.system.end_tree(RUN, None, ()) >= 1
    assert eventually(lambda: "second" in nursery.exits)
    assert nursery.system.marked(RUN) == []


def test_a_service_is_asked_first(nursery: Nursery) -> None:
    child = nursery.start("polite", POLITE)
    assert eventually(lambda: nursery.lines("polite") == ["up"])
    child.act(StopAction.TERMINATE)
    assert eventually(lambda: "polite" in nursery.exits)
    assert nursery.exits == {"polite": 7}
    assert nursery.lines("polite") == ["up", "asked"]


def test_what_a_service_leaves_is_ended_before_its_exit_is_told(nursery: Nursery) -> None:
    script = PARENT.replace("child.wait()", "sys.exit(4)")
    nursery.start("leaver", script)
    assert eventually(lambda: "leaver" in nursery.exits)
    assert nursery.exits == {"leaver": 4}
    assert gone(int(nursery.lines("leaver")[0]))


def test_a_program_that_is_not_there_is_an_error_and_leaves_nothing(nursery: Nursery) -> None:
    spec = ServiceSpec("none", "None", command=("no-such-program",))
    with pytest.raises(FileNotFoundError):
        nursery.children.spawn(spec, lambda *_: None, lambda _: None)
    assert nursery.system.marked(RUN) == []


def test_a_stranger_s_process_is_ended_with_what_it_started() -> None:
    with running(PARENT) as stranger:
        grandchild = int(stranger.stdout.readline())
        assert current().end_tree("an earlier run", None, [stranger.pid]) >= 1
        stranger.wait(10)
        del grandchild  # Wine does not tell psutil who started it


def test_a_home_has_one_holder_and_its_children_are_on_file(tmp_path: Path) -> None:
    home = find_home(str(tmp_path / "Größe 漢字"))
    home.prepare()
    holder = instance.take(home, current(), RUN)
    with pytest.raises(instance.AlreadyRunningError):
        instance.take(home, current(), "another")
    with running(SLEEPER) as child:
        holder.began(child.pid)
        assert str(child.pid) in (home.run / "children.json").read_text(encoding="utf-8")
        holder.ended(child.pid)
    holder.release()
    instance.take(home, current(), "the next").release()


def test_the_usual_home_is_in_the_user_s_local_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELERY_LAUNCHER_HOME", raising=False)
    assert find_home().root.parts[-3:] == ("AppData", "Local", "celery-launcher")


def test_use_of_processor_and_memory_is_measured() -> None:
    with running(SLEEPER) as process:
        process.stdout.readline()
        assert UsageMeter().measure({"one": process.pid})["one"].memory_bytes > 1_000_000


# -- the registry, Windows' services and its store of passwords ----------------------------------


@pytest.fixture
def key() -> str:
    name = rf"Software\CeleryLauncherTest-{uuid.uuid4().hex}"
    yield rf"HKCU\{name}"
    for below in (name + r"\15.1", name + r"\ErlSrv", name):
        try:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, below)
        except FileNotFoundError:
            continue


def test_text_is_kept_read_and_removed(key: str) -> None:
    assert registry.text(key, "Install_Dir") is None
    registry.set_text(key, "Install_Dir", r"C:\Größe")
    assert registry.text(key, "install_dir") == r"C:\Größe"
    registry.set_text(key, "", "the key's own")
    assert registry.text(key) == "the key's own"
    registry.remove(key, "Install_Dir")
    registry.remove(key, "Install_Dir")
    assert registry.text(key, "Install_Dir") is None


def test_the_keys_below_are_listed_once(key: str) -> None:
    registry.set_text(rf"{key}\15.1", "", r"C:\Erlang")
    registry.set_text(rf"{key}\ErlSrv", "", "")
    assert registry.keys(key) == ["15.1", "ErlSrv"]
    assert registry.keys(rf"{key}\nowhere") == []


def test_both_views_of_the_machine_are_read() -> None:
    name = rf"SOFTWARE\CeleryLauncherTest-{uuid.uuid4().hex}"
    rights = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_32KEY
    try:
        handle = winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, name, 0, rights)
    except PermissionError:
        pytest.skip("only an administrator can write there")
    with handle:
        winreg.SetValueEx(handle, "Install_Dir", 0, winreg.REG_SZ, "C:\\thirty-two")
    try:
        assert registry.text(rf"HKLM\{name}", "Install_Dir") == "C:\\thirty-two"
    finally:
        winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, name, winreg.KEY_WOW64_32KEY)


def test_autostart_is_off_until_it_is_asked_for_and_off_again() -> None:
    assert autostart.command() is None
    autostart.turn_on()
    told = autostart.command()
    assert told is not None
    assert told.endswith(("pythonw.exe -m launcher", 'pythonw.exe" -m launcher'))
    autostart.turn_on([r"C:\Program Files\Celery Launcher\Celery Launcher.exe"])
    assert autostart.command() == r'"C:\Program Files\Celery Launcher\Celery Launcher.exe"'
    autostart.turn_off()
    autostart.turn_off()
    assert autostart.command() is None


def test_a_service_of_windows_is_absent_or_running() -> None:
    assert services.state_of("No such service") is ServiceState.ABSENT
    assert services.state_of("PlugPlay") is ServiceState.RUNNING


def test_passwords_are_kept_in_the_store_of_windows() -> None:
    passwords, name = Passwords(), f"test-{uuid.uuid4().hex}"
    assert passwords.has_store
    assert passwords.set(name, "Größe 漢字 " + "x" * 500) is Kept.STORE
    assert Passwords().get(name) == "Größe 漢字 " + "x" * 500
    with pytest.raises(PasswordError, match="1,280"):
        passwords.set(name, "x" * (WINDOWS_LIMIT + 1))
    passwords.forget(name)
    assert Passwords().get(name) == ""
