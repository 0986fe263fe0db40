"""A person at the real window: sees what is visible, moves the real mouse, presses real keys."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget

from launcher.gui.mail.sheet import Sheet
from launcher.gui.services.service_row import ServiceRow
from launcher.gui.theme import Theme
from launcher.gui.window import Window

W = TypeVar("W", bound=QWidget)
S = TypeVar("S", bound=Sheet)


class Person:
    """Sees what is visible, moves the mouse, presses keys."""

    def __init__(self, window: Window, pictures: Path, patience_ms: int) -> None:
        self.patience_ms = patience_ms
        self.window = window
        self.pictures = pictures
        self.seen: dict[str, Any] = {}

    def wait_for(
        self, question: Callable[[], object], seconds: float, what: str | Callable[[], str]
    ) -> None:
        deadline = time.monotonic() + seconds
        while not question():
            if time.monotonic() > deadline:
                self.picture("too-late")
                words = what if isinstance(what, str) else what()
                raise TimeoutError(f"{words}: not seen within {seconds:g} s")
            pause(20)

    def find(self, kind: type[W], matches: Callable[[W], bool]) -> W:
        return next(w for w in self.window.findChildren(kind) if w.isVisible() and matches(w))

    def button(self, text: str) -> QAbstractButton:
        return self.find(QAbstractButton, lambda b: b.text().startswith(text))

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        place = widget.mapToGlobal(at or widget.rect().center())
        xdotool("mousemove", str(place.x()), str(place.y()), "click", "1")
        pause(50)

    def press(self, keys: str) -> None:
        xdotool("key", keys)
        pause(50)

    def tab(self) -> None:
        """On to the next; waits until the window has followed, however busy the machine is."""
        before = self.window.focusWidget()
        xdotool("key", "Tab")
        self.wait_for(lambda: self.window.focusWidget() is not before, 10, "another focus")

    def focus(self, name: str) -> QWidget:
        """Wait until what has this accessible name has the keyboard."""

        def there() -> bool:
            focused = self.window.focusWidget()
            return focused is not None and focused.accessibleName() == name

        self.wait_for(there, 10, f"the keyboard in {name}")
        found = self.window.focusWidget()
        assert found is not None
        return found

    def type(self, text: str) -> None:
        """Into what has the keyboard; waits until it is there."""
        self.type_into(self.window.focusWidget(), text)

    def type_into(self, field: Any, text: str) -> None:
        """The same, into a field of a sheet."""
        for number, line in enumerate(text.split("\n")):
            if number:
                xdotool("key", "Return")
            xdotool("type", "--delay", "2", line)
        read = field.toPlainText if hasattr(field, "toPlainText") else field.text
        self.wait_for(lambda: read() == text, 10, lambda: f"{text!r} in the field, not {read()!r}")

    def sheet(self, kind: type[S]) -> S:
        """Wait for a sheet and give it the keyboard."""
        found: list[S] = []

        def opened() -> bool:
            found[:] = [one for one in self.window.findChildren(kind) if one.isVisible()]
            return bool(found)

        self.wait_for(opened, 10, f"a {kind.__name__}")
        self.go_to(found[0])
        return found[0]

    def leave(self, sheet: Sheet, by: QWidget) -> None:
        """Press one of its buttons; waits until it is gone and gives the window the keyboard."""
        gone: list[int] = []
        sheet.finished.connect(gone.append)
        self.click(by)
        self.wait_for(lambda: gone, 15, f"the end of a {type(sheet).__name__}")
        self.go_to(self.window)

    def choose(self, menu: QMenu, words: str) -> None:
        """Wait for a menu and click on what begins so."""
        self.wait_for(menu.isVisible, 10, f"a menu with {words}")

        def named() -> QAction | None:
            return next((one for one in menu.actions() if one.text().startswith(words)), None)

        self.wait_for(named, 5, words)
        action = named()
        assert action is not None
        self.click(menu, menu.actionGeometry(action).center())
        self.wait_for(lambda: not menu.isVisible(), 10, "the menu closed")

    def has_button(self, text: str) -> bool:
        return any(
            one.isVisible() and one.text().startswith(text)
            for one in self.window.findChildren(QAbstractButton)
        )

    def says(self, words: str) -> bool:
        """Whether a label says so now."""
        return any(
            one.isVisible() and one.text() == words for one in self.window.findChildren(QLabel)
        )

    def go_to(self, window: QWidget) -> None:
        """Without a window manager nobody gives the keyboard to a window that opens."""
        xdotool("windowfocus", "--sync", str(int(window.winId())))
        pause(200)

    def states(self) -> dict[str, str]:
        """The state that each visible row shows in words."""
        return {
            row.spec.name: next(
                label.text() for label in row.findChildren(QLabel) if label.text() in _STATES
            )
            for row in self.window.findChildren(ServiceRow)
        }

    def picture(self, name: str, of: QWidget | None = None) -> None:
        """What is seen now, light and dark: the window, or a sheet before it."""
        theme = QApplication.instance().findChild(Theme)
        for choice in ("dark", "light"):
            theme.choose(choice)
            pause(100)
            (of or self.window).grab().save(str(self.pictures / f"{name}-{choice}.png"))


_STATES = {
    *("Stopped", "Waiting", "Running outside", "Starting", "Ready", "Not answering"),
    *("Stopping", "Trying again", "Failed", "Done"),
}


def pause(milliseconds: int) -> None:
    """Let the window live. Not QTest.qWait, which keeps Python's other threads waiting as well.

    The nested loop stands for a person who looks and waits: the walk runs no loop of its own.
    """
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def xdotool(*words: str) -> None:
    subprocess.run(["xdotool", *words], check=True, timeout=30)


def at_the_window(
    window: Window, person: Person, walk: Callable[[Person], None], *, skip: bool = True
) -> None:
    """Show the window, walk, close it and wait for the end.

    A new home begins with the first steps; they are skipped unless the walk is about them.
    """
    window.move(0, 0)
    window.show()
    QTest.qWaitForWindowExposed(window)
    person.go_to(window)
    if skip and person.has_button("Skip"):
        person.click(person.button("Skip"))
    walk(person)
    gone: list[bool] = []
    window.finished.connect(lambda: gone.append(True))
    window.close()
    person.wait_for(lambda: gone, 40, "the end after closing")
    window.background.close()
    # No loop runs any more: what is to be deleted later goes while the session lives.
    QApplication.processEvents()
