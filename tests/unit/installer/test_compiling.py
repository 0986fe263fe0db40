"""Byte code is made by a Python of the shipped version, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer import compiling, embeddable


def stand_in(folder: Path, answer: str, code: int = 0) -> None:
    """A Python that answers so when it is asked for its version."""
    folder.mkdir()
    file = folder / f"python{embeddable.MINOR}"
    file.write_text(f"#!/bin/sh\necho '{answer}'\nexit {code}\n")
    file.chmod(0o755)


def test_the_first_python_that_really_is_of_the_version_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "shim", "not switched on", code=127)
    stand_in(tmp_path / "other", "3 11")
    stand_in(tmp_path / "right", embeddable.MINOR.replace(".", " "))
    folders = [tmp_path / name for name in ("nowhere", "shim", "other", "right")]
    monkeypatch.setattr(compiling.os, "get_exec_path", lambda: [str(one) for one in folders])
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    compiling._of_this_system.cache_clear()
    try:
        assert compiling._of_this_system() == str(folders[-1] / f"python{embeddable.MINOR}")
        compiling._of_this_system.cache_clear()
        folders.pop()
        assert compiling._of_this_system() is None
        assert not compiling.compile_modules(tmp_path, tmp_path)
    finally:
        compiling._of_this_system.cache_clear()
