"""HTML of a mail, shown without loading, running or following anything."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QTextBrowser, QWidget

from launcher.gui import theme
from launcher.gui.mail.safe_html import tame
from launcher.gui.tokens import LIGHT


class HtmlView(QTextBrowser):
    """Black on white in both themes, as the mail's writer saw it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setTabChangesFocus(True)
        self.setProperty("look", "paper")
        self.setFont(theme.font())
        paper = QPalette(theme.palette(LIGHT))
        paper.setColor(QPalette.ColorRole.Base, QColor(LIGHT.card))
        self.setPalette(paper)
        self.viewport().setPalette(paper)

    def show_html(self, html: str) -> None:
        """Show other HTML; the reader's place is kept while it stays the same."""
        if html != self._shown:
            self._shown = html
            self.setHtml(tame(html))

    def loadResource(self, _kind: int, _name: QUrl | str) -> None:
        """Load nothing, whatever is asked for: neither from the net nor from this machine."""
        return
