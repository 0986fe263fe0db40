"""The layer for Windows, function by function, on Windows' own Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.windows.kit.wine import Wine

INSIDE = Path(__file__).parent / "inside"
FILES = sorted(path.name for path in INSIDE.glob("test_*.py"))


@pytest.mark.parametrize("name", FILES)
def test_the_layer_does_on_windows_python_what_it_says(wine: Wine, name: str) -> None:
    inside = "tests/windows/inside"
    done = wine.run(
        *("-m", "pytest", "-c", f"{inside}/pytest.ini", "--rootdir", "."),
        *("--confcutdir", inside, "-q", f"{inside}/{name}"),
        timeout=240,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert " passed" in done.stdout
    assert wine.processes() == []
