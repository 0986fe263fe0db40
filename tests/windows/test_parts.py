"""One-click installation on Windows' Python, from a publisher on Linux that also misbehaves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from launcher.core.parts import Part
from tests.helpers.publisher import BAD_NAMES, ERLANG_FILES, Publisher, Wrong, zipped
from tests.windows.kit.wine import Wine, windows_path

_PINNED = frozenset(field.name for field in fields(Part)) - {"name", "largest", "largest_unpacked"}
TRIED = ("bin/CON", "a:stream", "trail. ", "..\\evil.txt")
"""Of the bad names those that Windows itself would take for something else."""


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    with Publisher(tmp_path / "certificates") as made:
        yield made


class Machine:
    """Installs on Windows' Python into a folder of C:."""

    def __init__(self, wine: Wine, publisher: Publisher, folder: Path) -> None:
        self._wine = wine
        self._publisher = publisher
        self._pins = folder / "pins.toml"

    def install(self, parts: Sequence[Part], home: str) -> dict[str, Any]:
        tables = []
        for part in parts:
            values = {name: getattr(part, name) for name in sorted(_PINNED)}
            lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
            tables.append("\n".join([f"[{part.name}]", *lines]))
        self._pins.write_text("\n\n".join(tables), encoding="utf-8")
        done = self._wine.run(
            *("-m", "tests.windows.inside.install_parts"),
            *(windows_path(self._pins), f"C:\\{home}\\programs"),
            SSL_CERT_FILE=windows_path(self._publisher.authority),
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def programs(self, home: str) -> Path:
        return self._wine.drive_c / home / "programs"


@pytest.fixture
def machine(wine: Wine, publisher: Publisher, tmp_path: Path) -> Machine:
    return Machine(wine, publisher, tmp_path)


@pytest.mark.parametrize("home", ["plain", "my files Größe 漢字", "l" * 190], ids=str.__len__)
def test_both_parts_are_installed_and_found(
    machine: Machine, publisher: Publisher, home: str
) -> None:
    told = machine.install(publisher.parts(pinned=False), home)
    assert told["ok"], told
    assert told["installed"] == ["27.3.4.17", "4.3.5"]
    assert told["erl"] == f"C:\\{home}\\programs\\erlang-27.3.4.17\\bin\\erl.exe"
    assert told["server"].endswith("sbin\\rabbitmq-server.bat")
    erl = machine.programs(home) / "erlang-27.3.4.17" / "bin" / "erl.exe"
    assert erl.read_bytes() == ERLANG_FILES["bin/erl.exe"]


def refused(machine: Machine, parts: Sequence[Part], home: str) -> dict[str, Any]:
    told = machine.install(parts, home)
    assert not told["ok"]
    assert told["remedy"]
    assert told["erl"] == ""
    left = {path.name for path in machine.programs(home).iterdir()}
    assert left <= {"downloads", ".lock"}, left
    return told


@pytest.mark.parametrize("name", TRIED)
def test_a_name_that_windows_takes_for_something_else_is_refused(
    machine: Machine, publisher: Publisher, name: str
) -> None:
    assert name in BAD_NAMES
    rabbitmq = publisher.parts()[1]
    erlang = publisher.part("erlang", "27.3.4.17", zipped(ERLANG_FILES, **{name: b"evil"}))
    told = refused(machine, (erlang, rabbitmq), f"bad{TRIED.index(name)}")
    assert "was not used" in told["words"]


@pytest.mark.parametrize(
    "wrong",
    [Wrong("flipped", "not the file"), Wrong("to http", "not encrypted")],
    ids=str,
)
def test_what_is_not_what_it_should_be_is_refused(
    machine: Machine, publisher: Publisher, wrong: Wrong
) -> None:
    parts = publisher.parts()
    wrong.done_by(publisher, parts[0])
    told = refused(machine, parts, f"wrong {wrong.how}")
    assert wrong.words in told["words"]
