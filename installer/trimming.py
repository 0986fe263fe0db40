"""What of the wheels is left out of the installed program, and why.

Qt is the largest: all but the modules that the window imports goes, by a list of what stays, so
that a new version of PySide6 brings nothing unasked. Of the rest only what is named goes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

QT = "PySide6"
QT_STAYS = (
    *("*.py", "support/*.py", "support/**/*.py"),
    *(f"Qt{module}.pyd" for module in ("Core", "Gui", "Widgets", "Svg")),
    *(f"Qt6{module}.dll" for module in ("Core", "Gui", "Widgets", "Svg")),
    *("pyside6.abi3.dll", "msvcp140*.dll", "vcruntime140*.dll"),
    *("plugins/platforms/qwindows.dll", "plugins/styles/*.dll", "plugins/iconengines/*.dll"),
    # What a mail may show.
    *(f"plugins/imageformats/q{kind}.dll" for kind in ("gif", "ico", "jpeg", "svg", "webp")),
)

GOES: Mapping[str, tuple[str, ...]] = {
    "translations of Django and REST framework; the product speaks English": (
        "django/**/locale/*",
        "rest_framework/locale/*",
    ),
    "pywin32's editor, COM, manual and samples; kombu needs its files and locks": (
        *("pythonwin", "win32com", "win32comext", "isapi", "adodbapi", "PyWin32.chm"),
        *("win32/Demos", "win32/scripts", "win32/libs", "win32/include", "pythoncom.py"),
        *("pywin32_system32/pythoncom*.dll", "win32/lib/pywin32_testutil.py"),
    ),
    "the packages' own tests": (
        *("aiosmtpd/tests", "greenlet/tests", "jsonschema/tests", "referencing/tests"),
        *("jsonschema_specifications/tests", "tornado/test", "win32/test", "win32ctypes/tests"),
    ),
    "sources and types for compilers": (
        *("greenlet/*.cpp", "greenlet/*.h", "greenlet/*.hpp", "greenlet/*.c", "greenlet/platform"),
        *("**/*.pyi", "**/*.pxd", "**/*.pyx", "**/*.lib"),
    ),
}
_ENGLISH = ("en", "__init__.py", "__pycache__")


def trim(packages: Path) -> dict[str, int]:
    """Remove from the folder of packages what is not shipped; the bytes, by reason."""
    saved = {"Qt's other modules, QML, tools, translations and headers": _remove(_of_qt(packages))}
    for why, patterns in GOES.items():
        saved[why] = _remove(_named(packages, patterns))
    for folder in sorted((packages / QT).rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return saved


def _of_qt(packages: Path) -> Iterator[Path]:
    root = packages / QT
    stays = {found for pattern in QT_STAYS for found in root.glob(pattern)}
    yield from (path for path in root.rglob("*") if path.is_file() and path not in stays)


def _named(packages: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        for found in packages.glob(pattern):
            if not (pattern.endswith("locale/*") and found.name in _ENGLISH):
                yield found


def _remove(paths: Iterator[Path]) -> int:
    total = 0
    for path in list(paths):
        files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
        total += sum(file.stat().st_size for file in files)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return total
