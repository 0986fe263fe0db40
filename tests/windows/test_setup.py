"""What the setup program does with folders, switches and data, on a program of a few files.

The executables are the real ones; the Python that they look for is a stand-in, so each says in a
box that it is damaged, and runs until that is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from installer import executables, icon, packing
from installer.errors import Unavailable
from installer.machine import Machine
from tests.helpers.display import x_server
from tests.helpers.needs import need_program
from tests.helpers.waiting import eventually
from tests.windows.kit.wine import Wine, windows_path

RUNS, NOT_OURS = 3, 4
LIMIT = 60.0


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Windows path of a setup program."""
    work = tmp_path_factory.mktemp("small")
    stage = work / "stage"
    for name in ("runtime/python312.dll", "app/launcher.py", "LICENSE.txt", "sbom.cdx.json"):
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).write_text("a stand-in", encoding="utf-8")
    icon.write(work / "app.ico")
    out = work / "CeleryLauncherSetup.exe"
    try:
        executables.build(stage, work / "app.ico", "1.2.3", work)
        packing.pack(stage, out, work / "app.ico", version="1.2.3", method=packing.FAST)
    except Unavailable as failure:
        pytest.fail(str(failure), pytrace=False)
    return windows_path(out)


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    need_program("Xvfb")
    need_program("xdotool")
    with x_server((800, 600)) as display:
        yield display


@pytest.fixture
def machine(wine: Wine, screen: str, setup: str) -> Iterator[Machine]:
    """With the program installed; removed with its data in the end."""
    machine = Machine(wine, screen)
    assert machine.run(setup, "/S", timeout=LIMIT) == 0
    yield machine
    if machine.folder.exists():
        uninstall(machine, "/PURGE")


def uninstall(machine: Machine, *switches: str) -> None:
    program = machine.named(machine.folder / "Uninstall.exe")
    machine.run(program, "/S", *switches, timeout=LIMIT)
    # It works on in a copy of itself.
    eventually(lambda: not machine.folder.exists(), LIMIT, "the end of the uninstaller", every=0.1)
    machine.wine.none_left(LIMIT)


def test_it_installs_for_the_user_and_removes_every_trace(
    wine: Wine, screen: str, setup: str
) -> None:
    machine = Machine(wine, screen)
    before = machine.traces()
    assert machine.run(setup, "/S", timeout=LIMIT) == 0
    there = sorted(path.name for path in machine.folder.iterdir())
    assert there == sorted(
        [
            *("Celery Launcher.exe", "celery-launcher.exe", "Uninstall.exe"),
            *("app", "runtime", "LICENSE.txt", "sbom.cdx.json"),
        ]
    )
    assert machine.on_desktop.exists()
    assert machine.in_menu.exists()
    locks = machine.user / "Temp" / "celery-launcher-somebody"
    locks.mkdir()
    (locks / "8000.lock").touch()
    told = "".join(machine.traces() - before)
    for value in ("DisplayVersion", "EstimatedSize", "QuietUninstallString"):
        assert f'CeleryLauncher] "{value}"' in told
    uninstall(machine)
    assert machine.traces() - before == set()


def test_it_is_refused_while_the_program_runs(machine: Machine, setup: str) -> None:
    with machine.program(machine.named(machine.window_program)):
        eventually(machine.window, LIMIT, "the box that says what is wrong", every=0.1)
        assert machine.run(setup, "/S", timeout=LIMIT) == RUNS
        uninstaller = machine.named(machine.folder / "Uninstall.exe")
        machine.run(uninstaller, "/S", timeout=LIMIT)
    assert machine.terminal_program.exists(), "the uninstaller was refused, too"
    assert machine.run(setup, "/S", timeout=LIMIT) == 0


def test_the_terminals_program_says_what_is_wrong_where_it_is_read(machine: Machine) -> None:
    with machine.program(machine.named(machine.terminal_program), "status") as program:
        assert program.wait(LIMIT) == 1
    assert "damaged" in program.error_text
    assert "Install it again" in program.error_text


def test_installed_again_it_replaces_the_program_and_keeps_the_data(
    machine: Machine, setup: str
) -> None:
    (machine.folder / "app" / "of_an_earlier_version.py").touch()
    machine.wine.fill_home(machine.home.root)
    machine.on_desktop.unlink()
    assert machine.run(setup, "/S", "/NODESKTOP", timeout=LIMIT) == 0
    assert not (machine.folder / "app" / "of_an_earlier_version.py").exists()
    assert not (machine.folder / "new").exists()
    assert not machine.on_desktop.exists()
    assert machine.home.settings_file.exists()


def test_removed_it_keeps_the_data_until_they_are_to_go(machine: Machine, setup: str) -> None:
    machine.wine.fill_home(machine.home.root)
    uninstall(machine)
    assert machine.home.settings_file.exists()
    assert machine.run(setup, "/S", timeout=LIMIT) == 0
    uninstall(machine, "/PURGE")
    assert not machine.home.root.exists()


def test_a_folder_with_other_files_is_not_installed_into(
    wine: Wine, screen: str, setup: str
) -> None:
    machine = Machine(wine, screen)
    precious = wine.drive_c / "work" / "app" / "mine.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("precious", encoding="utf-8")
    assert machine.run(setup, "/S", r"/D=C:\work", timeout=LIMIT) == NOT_OURS
    assert precious.read_text(encoding="utf-8") == "precious"
    assert [path.name for path in (wine.drive_c / "work").iterdir()] == ["app"]


def test_in_another_folder_it_is_upgraded_and_removed_there(
    wine: Wine, screen: str, setup: str
) -> None:
    machine = Machine(wine, screen)
    place = wine.drive_c / "Programme" / "Größe漢字"
    machine.run(setup, "/S", rf"/D=C:\Programme\{place.name}", timeout=LIMIT)
    assert (place / "celery-launcher.exe").exists()
    (place / "app" / "of_an_earlier_version.py").touch()
    (place / "mine.txt").touch()
    assert machine.run(setup, "/S", timeout=LIMIT) == 0
    assert not (place / "app" / "of_an_earlier_version.py").exists(), "found by the registry"
    assert not machine.folder.exists()
    machine.run(machine.named(place / "Uninstall.exe"), "/S", timeout=LIMIT)
    gone = place / "celery-launcher.exe"
    eventually(lambda: not gone.exists(), LIMIT, "the end of the uninstaller", every=0.1)
    machine.wine.none_left(LIMIT)
    assert [path.name for path in place.iterdir()] == ["mine.txt"], "what is not ours stays"
