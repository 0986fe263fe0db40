"""The two executables, compiled from program/program.c with icon, version and manifest."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from installer import embeddable
from installer.commands import run
from installer.errors import Unavailable

WINDOW = "Celery Launcher.exe"
TERMINAL = "celery-launcher.exe"
PUBLISHER = "The Celery Launcher team"

_SOURCES = Path(__file__).parent / "program"
_LIBRARIES = ("kernel32", "user32", "shell32")


def build(out: Path, icon: Path, version: str, work: Path) -> tuple[Path, Path]:
    """Put both into the folder `out`; `work` is an empty folder. Raises Unavailable, BuildError."""
    window = _build(out / WINDOW, icon, version, work, ("-DWINDOW", "-Wl,--subsystem,windows"))
    terminal = _build(out / TERMINAL, icon, version, work, ("-Wl,--subsystem,console",))
    return window, terminal


def numbers(version: str) -> str:
    """A version as Windows' four numbers: "0.1.0" is "0,1,0,0"."""
    parts = [part for part in version.split(".") if part.isdigit()]
    return ",".join([*parts, "0", "0", "0", "0"][:4])


def _build(target: Path, icon: Path, version: str, work: Path, how: tuple[str, ...]) -> Path:
    resources = _resources(target.stem, icon, version, work)
    dll = f'-DPYTHON_DLL=L"{embeddable.TAG}.dll"'
    run(
        *(sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-windows-gnu", "-O2", "-s"),
        # Without the C library, whose own compilation would take minutes.
        *("-nostdlib", "-fno-builtin", "-fno-stack-protector", "-mno-stack-arg-probe"),
        *("-isystem", str(_headers()), dll, *how, "-Wl,-e,entry"),
        *("-o", str(target), str(_SOURCES / "program.c"), str(resources)),
        *(f"-l{library}" for library in _LIBRARIES),
        what=f"{target.name} does not compile",
    )
    # What the linker leaves for debuggers.
    target.with_suffix(".pdb").unlink(missing_ok=True)
    return target


def _resources(name: str, icon: Path, version: str, work: Path) -> Path:
    filled = (_SOURCES / "program.rc.in").read_text(encoding="utf-8")
    for key, value in {
        "ICON": icon.as_posix(),
        "MANIFEST": (_SOURCES / "program.manifest").as_posix(),
        "NUMBERS": numbers(version),
        "PUBLISHER": PUBLISHER,
        "DESCRIPTION": "Celery Launcher" + ("" if name == Path(WINDOW).stem else " (terminal)"),
        "NAME": name,
        "VERSION": version,
    }.items():
        filled = filled.replace(f"@{key}@", value)
    script = work / f"{name}.rc"
    script.write_text(filled, encoding="utf-8")
    compiled = script.with_suffix(".res")
    run(
        *(sys.executable, "-m", "ziglang", "rc", "/:no-preprocess", "/c", "65001"),
        *("/fo", str(compiled), "--", str(script)),
        what=f"the resources of {name} do not compile",
    )
    return compiled


def _headers() -> Path:
    zig = find_spec("ziglang")
    if zig is None or zig.origin is None:
        raise Unavailable("ziglang is not installed", f"{sys.executable} -m pip install '.[test]'")
    return Path(zig.origin).parent / "lib/libc/include/any-windows-any"
