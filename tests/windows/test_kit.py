"""The kit itself: what it gives, and what it says where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer import embeddable
from installer.errors import Unavailable
from tests.helpers.measuring import NotInstalled
from tests.windows.kit import prefix
from tests.windows.kit.wine import Wine


def test_windows_python_runs_this_checkout(wine: Wine) -> None:
    done = wine.run("-c", "import sys, launcher; print(sys.platform, launcher.__file__)")
    assert done.stdout.startswith("win32 Z:\\"), done
    assert done.stdout.endswith("\\launcher\\__init__.py")
    assert wine.processes() == []


def test_its_version_is_the_pinned_one(wine: Wine) -> None:
    assert wine.run("-c", "import sys; print(sys.version)").stdout.startswith(embeddable.VERSION)


def test_a_program_that_is_left_is_seen_and_ended_with_the_prefix(tmp_path: Path) -> None:
    with Wine(tmp_path) as other:
        sleeper = other.program("-c", "import time; print('up', flush=True); time.sleep(600)")
        sleeper.wait_for("up", 60)
        assert [process.pid for process in other.processes()] == [sleeper.pid]
    assert not sleeper.running


def test_a_machine_without_wine_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(prefix, "_FOLDERS", (tmp_path,))
    with pytest.raises(NotInstalled, match="wine64") as told:
        prefix.fresh(tmp_path / "prefix")
    assert "doctor --fix --for-tests" in told.value.remedy


def test_a_download_with_another_digest_is_not_used() -> None:
    with pytest.raises(Unavailable, match="has the SHA-256"):
        embeddable.compare(b"something else", embeddable.ZIP_SHA256, "data.zip")
