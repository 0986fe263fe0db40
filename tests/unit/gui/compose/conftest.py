"""The form on a fake mail API, in a home of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from launcher.gui.mail.compose import keeper
from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.page import COMPOSE, MailPage
from launcher.gui.window import MAIL, Window
from tests.unit.gui.fakes import FakeSession


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "DRAFT_MS", 30)
    monkeypatch.setattr(keeper, "FILE_MS", 10)
    monkeypatch.setattr(keeper, "AGAIN_MS", 60)


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    made = FakeSession()
    made.home = str(tmp_path / "home")
    (tmp_path / "home" / "data").mkdir(parents=True)
    return made


@pytest.fixture
def page(window: Window, qtbot: QtBot) -> MailPage:
    window.show_page(MAIL)
    found = window.page(MAIL)
    assert isinstance(found, MailPage)
    found.show_pane(COMPOSE)
    window.activateWindow()
    return found


@pytest.fixture
def pane(page: MailPage) -> ComposePane:
    return page.compose
