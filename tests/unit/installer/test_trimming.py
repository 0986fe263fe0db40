"""What is left out of the installed program, and that nothing else is."""

from __future__ import annotations

from pathlib import Path

from installer import trimming

STAYS = (
    "PySide6/__init__.py",
    "PySide6/QtCore.pyd",
    "PySide6/Qt6Core.dll",
    "PySide6/plugins/platforms/qwindows.dll",
    "PySide6/plugins/imageformats/qjpeg.dll",
    "PySide6/support/deprecated.py",
    "PySide6/msvcp140_1.dll",
    "django/conf/locale/__init__.py",
    "django/conf/locale/en/formats.py",
    "django/contrib/admindocs/views.py",
    "win32/win32file.pyd",
    "pywin32_system32/pywintypes312.dll",
    "celery/app/base.py",
)
GOES = (
    "PySide6/QtQml.pyd",
    "PySide6/Qt6Quick.dll",
    "PySide6/opengl32sw.dll",
    "PySide6/qml/QtQuick/qmldir",
    "PySide6/translations/qt_de.qm",
    "PySide6/designer.exe",
    "PySide6/plugins/tls/qopensslbackend.dll",
    "django/conf/locale/de/formats.py",
    "django/contrib/admin/locale/fr/LC_MESSAGES/django.mo",
    "pythonwin/start_pythonwin.pyw",
    "pywin32_system32/pythoncom312.dll",
    "tornado/test/web_test.py",
    "yaml/_yaml.pyi",
)


def test_what_the_product_needs_stays_and_the_rest_goes(tmp_path: Path) -> None:
    for name in (*STAYS, *GOES):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"12345")
    saved = trimming.trim(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(STAYS)
    assert sum(saved.values()) == 5 * len(GOES)
    assert not (tmp_path / "PySide6" / "qml").exists(), "no empty folder is packed"


def test_every_module_of_qt_that_the_window_imports_stays() -> None:
    root = Path(trimming.__file__).parents[1] / "launcher"
    used = set()
    for source in root.rglob("*.py"):
        for line in source.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["from"], ["import"]) and words[1].startswith("PySide6."):
                used.add(words[1].removeprefix("PySide6."))
    assert {"QtCore", "QtWidgets"} <= used
    for module in used:
        assert f"{module}.pyd" in trimming.QT_STAYS
        assert f"Qt6{module.removeprefix('Qt')}.dll" in trimming.QT_STAYS
