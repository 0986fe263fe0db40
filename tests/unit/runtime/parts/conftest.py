"""A publisher on loopback whose authority this process trusts, and a shelf to install to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.runtime.parts.shelf import Shelf
from launcher.runtime.parts.watching import Watch
from tests.helpers.publisher import Publisher


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Publisher(tmp_path / "certificates") as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
        yield made


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "home" / "programs")


class Told(Watch):
    """Keeps what it was told, with the share of each."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.shares: list[float | None] = []
        super().__init__(self._keep)

    def _keep(self, words: str) -> None:
        self.words.append(words)
        self.shares.append(self.share)


@pytest.fixture
def told() -> Told:
    return Told()
