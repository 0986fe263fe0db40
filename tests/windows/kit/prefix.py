"""A Wine prefix in which Qt's native `windows` plugin and Windows' Python run.

Three stand-ins for DLLs that Wine 8 lacks, or that abort in it, are compiled by ziglang and put
into the prefix's system32. The pristine prefix is made once; `fresh` gives a copy of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from installer.cache import link_tree, made_once
from tests.helpers.measuring import NotInstalled, NotMeasured
from tests.helpers.needs import INSTALL

_STUBS = Path(__file__).parent / "stubs"
_NAMES = ("icuuc", "mscms", "windows.ui")
_FOLDERS = (Path("/usr/lib/wine"), Path("/usr/bin"))
_TIMEOUT = 180.0
"""Seconds for anything that makes the prefix; it takes about fifteen."""

_REGISTRY = r"""REGEDIT4

[HKEY_LOCAL_MACHINE\Software\Microsoft\WindowsRuntime\ActivatableClassId\Windows.UI.ViewManagement.UISettings]
"DllPath"="C:\\windows\\system32\\windows.ui.dll"

[HKEY_CURRENT_USER\Software\Wine]
"Version"="win10"

[HKEY_CURRENT_USER\Software\Wine\Fonts\Replacements]
"MS Shell Dlg"="DejaVu Sans"
"MS Shell Dlg 2"="DejaVu Sans"
"Segoe UI"="DejaVu Sans"

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\Tcpip\Parameters\Interfaces]
"""


def program(name: str) -> str:
    """The path of Wine's own program; Debian keeps wine64's beside its libraries.

    Raises NotInstalled.
    """
    for folder in _FOLDERS:
        if os.access(folder / name, os.X_OK):
            return str(folder / name)
    raise NotInstalled("Wine (wine64)", INSTALL)


def environment(prefix: Path) -> dict[str, str]:
    """What Wine runs under: nothing of this process's own but who the user is."""
    return {
        "WINEPREFIX": str(prefix),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "winedbg.exe=d;winemenubuilder.exe=d;mscoree,mshtml=d;wbemprox=d;"
        "mscms,icuuc,windows.ui=n",
        "HOME": os.path.expanduser("~"),  # noqa: PTH111 - Wine asks for it by this name
        "PATH": os.pathsep.join([*map(str, _FOLDERS), "/usr/bin", "/bin"]),
        # Without UTF-8 no file with a letter beyond ASCII is found.
        "LC_ALL": "C.UTF-8",
    }


def fresh(place: Path) -> Path:
    """Make `place` a copy of the pristine prefix. Raises NotMeasured where Wine cannot be had."""
    program("wine64")
    own = "".join(file.read_text(encoding="utf-8") for file in _sources())
    pristine = made_once("prefix", own, _make)
    place.mkdir(parents=True)
    for entry in pristine.iterdir():
        if entry.name == "drive_c":
            place.joinpath("drive_c").mkdir()
            for inner in entry.iterdir():
                # Nobody writes to Windows' own files; the user's are the run's own.
                copy = link_tree if inner.name == "windows" else _copy
                copy(inner, place / "drive_c" / inner.name)
        elif not entry.name.startswith(".made"):
            _copy(entry, place / entry.name)
    return place


def _sources() -> list[Path]:
    return [Path(__file__), *sorted(_STUBS.glob("*.c"))]


def _copy(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _make(prefix: Path) -> None:
    under = environment(prefix)
    wine, server = program("wine64"), program("wineserver")
    try:
        _quietly([wine, "wineboot", "-i"], under)
        system = prefix / "drive_c" / "windows" / "system32"
        for name in _NAMES:
            _compile(_STUBS / f"{name}.c", system / f"{name}.dll")
        _own_folders(prefix)
        (prefix / "drive_c" / "boot.reg").write_text(_REGISTRY, encoding="ascii")
        _quietly([wine, "regedit", "/S", r"C:\boot.reg"], under)
    finally:
        _quietly([server, "-k"], under)
        _quietly([server, "-w"], under)


def _own_folders(prefix: Path) -> None:
    """Wine links the user's folders into the Linux home, which no test may touch."""
    for home in (prefix / "drive_c" / "users").iterdir():
        for entry in home.iterdir():
            if entry.is_symlink():
                entry.unlink()
                entry.mkdir()


def _compile(source: Path, target: Path) -> None:
    """Without C library and start files, whose own compilation would take minutes."""
    zig = find_spec("ziglang")
    if zig is None or zig.origin is None:
        raise NotInstalled("ziglang", f"{sys.executable} -m pip install '.[test]'")
    headers = Path(zig.origin).parent / "lib/libc/include/any-windows-any"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-windows-gnu"),
            *("-O2", "-s", "-shared", "-nostdlib", "-isystem", str(headers), "-lkernel32"),
            *("-o", str(target), str(source)),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
    )
    if done.returncode:
        raise NotMeasured(f"{source.name} does not compile: {done.stderr.strip()[-400:]}")


def _quietly(command: list[str], under: Mapping[str, str]) -> None:
    """Wine's programs want pipes or nothing, and outlive whom they were started by."""
    subprocess.run(
        command,
        env=dict(under),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_TIMEOUT,
    )
