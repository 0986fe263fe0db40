"""The pages of one service that can be opened, with the login that belongs to each."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.spec import Link
from launcher.gui import tokens
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.popover import Popover
from launcher.gui.widgets.text_line import TextLine


class LinkPopover(Popover):
    """One line a link.

    Signals: `open_asked(object)` a Link to open; `secret_asked(object)` a Link whose password is to
    be copied.
    """

    open_asked = Signal(object)
    secret_asked = Signal(object)

    def __init__(self, links: tuple[Link, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Pages of this service")
        for link in links:
            self.body.addLayout(self._line(link))

    def _line(self, link: Link) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(TextLine(link.label, bold=True))
        words.addWidget(TextLine(link.url, "soft", tokens.SMALL))
        if link.user:
            words.addWidget(TextLine(f"Sign in as {link.user}", "soft", tokens.SMALL))
        line = QHBoxLayout()
        line.setSpacing(tokens.TIGHT)
        line.addLayout(words, 1)
        line.addSpacing(tokens.PAGE)
        if link.secret:
            copy = Button(
                "Copy password",
                icon="copy",
                name=f"Copy the password of {link.user or link.label}",
                small=True,
            )
            copy.clicked.connect(lambda: self._done(self.secret_asked, link))
            line.addWidget(copy)
        go = Button("Open", icon="open", name=f"Open {link.label}", kind="primary", small=True)
        go.clicked.connect(lambda: self._done(self.open_asked, link))
        line.addWidget(go)
        return line

    def _done(self, signal: SignalInstance, link: Link) -> None:
        signal.emit(link)
        self.close()
