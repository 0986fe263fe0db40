"""Takes the pictures of a scene, light and dark, and looks at what does not fit in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from launcher.gui.main import make_application
from launcher.gui.services.page import ServicesPage
from launcher.gui.theme import Choice, Theme
from launcher.gui.widgets.popover import Popover
from launcher.gui.window import SERVICES, Window
from tests.screenshots.misfits import Misfits, misfits
from tests.screenshots.scene import Scene
from tests.screenshots.waiting import settle, wait

_THEMES: tuple[Choice, ...] = ("light", "dark")
_LOADS = (0.2, 0.6, 2.4, 1.1, 4.8, 3.0, 6.2, 1.4, 0.8, 5.1, 7.0, 2.2)


@dataclass
class Report:
    """Each text stands behind the picture that it was found in."""

    pictures: list[str] = field(default_factory=list)
    clipped: list[str] = field(default_factory=list)
    overlapping: list[str] = field(default_factory=list)
    shortened: list[str] = field(default_factory=list)

    def add(self, picture: Path, found: Misfits) -> None:
        """Take in one picture."""
        name = picture.stem
        self.pictures.append(str(picture))
        self.clipped += [f"{name}: {words}" for words in found.clipped]
        self.overlapping += [f"{name}: {words}" for words in found.overlapping]
        self.shortened += [f"{name}: {words}" for words in found.shortened]


def take(
    scenes: Iterable[Scene], out: Path, size: tuple[int, int], *, font: str = "", text: int = 100
) -> Report:
    """Draw the scenes at this size of the window; `text` is the size of words in percent."""
    app = make_application()
    if font:
        app.setFont(QFont(font, app.font().pointSize()))
    theme = app.findChild(Theme)
    assert theme is not None
    theme.set_text_size(text)
    report = Report()
    for scene in scenes:
        # The second picture is of the same window: it changes its colours while it is open.
        theme.choose(_THEMES[0])
        window = _opened(scene, size)
        for choice in _THEMES:
            theme.choose(choice)
            wait(50)
            picture = out / f"{scene.name}-{choice}.png"
            report.add(picture, _photograph(window, picture))
        _close(window)
    return report


def _opened(scene: Scene, size: tuple[int, int]) -> Window:
    session = scene.session()
    window = Window(session)
    window.resize(*size)
    window.show()
    page = window.page(SERVICES)
    assert isinstance(page, ServicesPage)
    for number, row in enumerate(page.rows.values()):
        if session.statuses()[row.spec.name].pid is not None:
            for beat in range(39):
                share = _LOADS[(beat * beat + 5 * number + beat // 7) % len(_LOADS)]
                row.usage.line.add(share * (1 if row.spec.name == "worker" else 0.15))
                row.usage.memory_line.add(60 + beat // 6 + share / 4)
    scene.act(window)
    settle(window)
    return window


def _photograph(window: Window, picture: Path) -> Misfits:
    """The window with what stands before it; what does not fit in the foremost."""
    taken = window.grab()
    popovers = [one for one in window.findChildren(Popover) if one.isVisible()]
    sheets = [one for one in window.findChildren(QDialog) if one.isVisible()]
    if not popovers and not sheets:
        taken.save(str(picture))
        return misfits(window)
    found = _before(taken, window, popovers or sheets)
    taken.save(str(picture))
    return found


def _before(taken: QPixmap, window: Window, fronts: list[QWidget]) -> Misfits:
    painter = QPainter(taken)
    for front in fronts:
        place = window.mapFromGlobal(front.pos())
        if isinstance(front, QDialog):
            painter.fillRect(taken.rect(), QColor(0, 0, 0, 90))
            # Without a window manager a dialog stands in the corner of the screen.
            across, down = window.width() - front.width(), window.height() - front.height()
            place = QPoint(across // 2, max(0, down // 2))
        painter.drawPixmap(place, front.grab())
    painter.end()
    found = misfits(fronts[-1])
    for front in fronts:
        if front.width() > window.width() or front.height() > window.height():
            found.clipped.append(f"{type(front).__name__}: larger than the window")
    return found


def _close(window: Window) -> None:
    for one in (*window.findChildren(Popover), *window.findChildren(QDialog)):
        one.close()
    session = window._session
    if session.fix_gate is not None:
        session.fix_gate.set()
    if session.quit_done is None:
        window.close()
    assert session.quit_done is not None
    session.quit_done()
    window.background.close()
    QTest.qWait(20)  # no loop runs here: what close and Background posted is delivered first
    window.deleteLater()
