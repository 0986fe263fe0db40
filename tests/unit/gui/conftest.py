"""The window on a fake session, without a screen."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.gui.background import Background
from launcher.gui.theme import Theme
from launcher.gui.window import Window
from tests.unit.gui.fakes import FakeSession


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    from launcher.gui.main import make_application

    return make_application()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    found = qapp.findChild(Theme)
    assert found is not None
    yield found
    found.choose("light")


@pytest.fixture
def session() -> Iterator[FakeSession]:
    made = FakeSession()
    yield made
    if "tasks" in made.__dict__:
        made.tasks.close()


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    made = Background()
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, session: FakeSession) -> Iterator[Window]:
    made = Window(session)
    qtbot.addWidget(made, before_close_func=_let_go)
    made.show()
    qtbot.waitExposed(made)
    yield made
    if session.mail.gate is not None:
        session.mail.gate.set()
    made.background.close()


def _let_go(window: Window) -> None:
    window._finish()
