"""What a picture is of: a made-up session, and what is done in its window before it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from launcher.gui.window import Window
from tests.unit.gui.fakes import FakeSession

Act = Callable[[Window], None]
P = TypeVar("P")


class Scene(NamedTuple):
    """`name` is the file's, and begins with the page's; scenes of a page are drawn by `--only`."""

    name: str
    session: Callable[[], FakeSession]
    act: Act


def as_it_opens(window: Window) -> None:
    """Nothing is done."""


def showing(page: int) -> Act:
    """The page alone."""
    return lambda window: window.show_page(page)


def page_of(window: Window, index: int, kind: type[P]) -> P:
    """The page that is turned to, as what it is."""
    window.show_page(index)
    page = window.page(index)
    assert isinstance(page, kind)
    return page
