"""Where the window stands: remembered, and always within reach on the screens there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.gui.opened import Opened
from launcher.gui.place import Place, fitted, load, save
from launcher.gui.services.page import ServicesPage
from launcher.gui.theme import Theme
from launcher.gui.window import SERVICES
from tests.unit.gui.fakes import FakeSession

LEAST = QSize(860, 560)
MAIN, SECOND = QRect(0, 0, 1920, 1040), QRect(1920, 0, 1280, 984)


def test_it_stands_where_it_stood(tmp_path: Path) -> None:
    place = Place(2000, 80, 1000, 700, maximized=True)
    save(tmp_path / "window.json", place)
    assert load(tmp_path / "window.json") == place
    assert fitted(place, [MAIN, SECOND], LEAST) == QRect(2000, 80, 1000, 700)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"x": 1}', "\x00", "nan", '{"x":1,"q":2}'),
        '{"x":"1","y":2,"width":3,"height":4}',
        '{"x":1e400,"y":2,"width":3,"height":4}',
        '{"x":true,"y":2,"width":3,"height":4}',
        '{"x":1,"y":2,"width":3,"height":4,"maximized":"no"}',
    ],
)
def test_a_damaged_file_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "window.json").write_text(text)
    assert load(tmp_path / "window.json") is None


def test_a_folder_that_refuses_stops_nobody(tmp_path: Path) -> None:
    save(tmp_path / "none" / "window.json", Place(1, 2, 3, 4))


def test_a_screen_that_is_gone_leaves_it_in_the_middle_of_another() -> None:
    assert fitted(Place(2100, 100, 1000, 700), [MAIN], LEAST) == QRect(460, 170, 1000, 700)


def test_on_1024_by_600_all_of_it_is_seen() -> None:
    small = QRect(0, 0, 1024, 576)
    found = fitted(Place(300, 200, 1600, 900), [small], LEAST)
    assert small.contains(found)
    assert found.size() == QSize(1024, 576)


rects = st.builds(
    QRect,
    st.integers(-5000, 5000),
    st.integers(-5000, 5000),
    st.integers(320, 4000),
    st.integers(200, 2500),
)


@given(
    st.builds(
        Place,
        st.integers(-99_999, 99_999),
        st.integers(-99_999, 99_999),
        st.integers(-10, 99_999),
        st.integers(-10, 99_999),
    ),
    st.lists(rects, min_size=1, max_size=4),
)
def test_wherever_it_stood_it_is_whole_on_a_screen(place: Place, screens: list[QRect]) -> None:
    found = fitted(place, screens, LEAST)
    assert any(screen.contains(found) for screen in screens)


def test_the_window_opens_where_it_was_closed(
    qapp: QApplication,
    theme: Theme,
    session: FakeSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The screen of a test is smaller than any window of ours.
    monkeypatch.setattr(
        "launcher.gui.place.fitted",
        lambda stood, _screens, _least: QRect(stood.x, stood.y, stood.width, stood.height),
    )
    session.home = str(tmp_path)
    (tmp_path / "data").mkdir()
    for size in (QSize(900, 580), QSize(880, 570)):
        opened = Opened(qapp, theme, session)
        opened.window.show()
        opened.window.begin()
        page = opened.window.page(SERVICES)
        assert isinstance(page, ServicesPage)
        if size.height() == 570:
            assert opened.window.size() == QSize(900, 580)
            assert not page.start_card.is_open, "what was folded is lost with the place"
        else:
            page.start_card.toggle.click()
        opened.window.resize(size)
        opened.window._finish()
        opened.close()
        kept = load(tmp_path / "data" / "window.json")
        assert kept is not None
        assert (kept.width, kept.height) == size.toTuple()


def test_a_window_whose_screen_went_is_moved_to_where_it_is_seen(
    qapp: QApplication, theme: Theme, session: FakeSession, qtbot: QtBot
) -> None:
    opened = Opened(qapp, theme, session)
    opened.window.show()
    opened.window.move(5_000, 4_000)
    qapp.screenRemoved.emit(qapp.primaryScreen())
    room = qapp.primaryScreen().availableGeometry()
    qtbot.waitUntil(lambda: room.contains(opened.window.pos()))
    opened.window._finish()
    opened.close()
