"""Microsoft's runtime stands beside Erlang where the system has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.runtime.parts.vcruntime import provide
from launcher.runtime.parts.watching import PartError


@pytest.fixture
def erlang(tmp_path: Path) -> Path:
    for folder in ("bin", "erts-15.2.7/bin"):
        (tmp_path / "erlang" / folder).mkdir(parents=True)
    return tmp_path / "erlang"


def folder_with(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).write_text(f"{name} of {path.name}")
    return path


def test_a_system_that_has_it_gets_nothing(erlang: Path, tmp_path: Path) -> None:
    names = ("vcruntime140.dll", "vcruntime140_1.dll", "msvcp140.dll", "msvcp140_1.dll")
    system = folder_with(tmp_path / "System32", *names)
    assert provide(erlang, system, [folder_with(tmp_path / "ours", *names)]) == []


def test_what_is_missing_is_put_beside_both_programs(erlang: Path, tmp_path: Path) -> None:
    system = folder_with(tmp_path / "System32", "msvcp140.dll")
    python = folder_with(tmp_path / "python", "vcruntime140.dll", "vcruntime140_1.dll")
    qt = folder_with(tmp_path / "qt", "vcruntime140.dll", "msvcp140.dll")
    put = provide(erlang, system, [python, qt])
    assert {path.relative_to(erlang).as_posix() for path in put} == {
        f"{folder}/{name}"
        for folder in ("bin", "erts-15.2.7/bin")
        for name in ("vcruntime140.dll", "vcruntime140_1.dll")
    }
    assert put[0].read_text() == "vcruntime140.dll of python"


def test_a_machine_without_any_is_told_what_to_type(erlang: Path, tmp_path: Path) -> None:
    system = folder_with(tmp_path / "System32")
    with pytest.raises(PartError, match=r"vcruntime140\.dll") as told:
        provide(erlang, system, [])
    assert "winget install" in told.value.remedy
