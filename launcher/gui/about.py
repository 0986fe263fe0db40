"""About: which versions run here, and under which licences what is shipped may be used."""

from __future__ import annotations

import platform
from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.mail.sheet import Sheet
from launcher.gui.session import Session
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import check_brief
from launcher.runtime.shipped import Package, packages, releases_page, version_of

_FOUND = ("Erlang", "RabbitMQ")


class AboutSheet(Sheet):
    """Versions above, packages and licences below; *Copy* takes all of it as text."""

    def __init__(self, session: Session, background: Background, parent: QWidget) -> None:
        super().__init__("About Celery Launcher", parent, width=560)
        self.versions = versions(session)
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName("What is shipped: packages, versions and licences")
        self.copy = self.action("Copy", kind="plain", name="Copy versions and licences")
        self.releases = self.action("Releases", kind="plain", name="Open the page of all releases")
        self._page = releases_page()
        self.releases.setVisible(bool(self._page))
        self.close_button.setText("Close")
        self._lay_out()
        self.copy.clicked.connect(self._copy)
        self.releases.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._page)))
        self.close_button.setFocus()
        background.run(self, packages, self._show, lambda error: self.say(str(error), wrong=True))

    def text(self) -> str:
        """All of it as lines."""
        rows = [
            "\t".join(cell.text() for column in range(3) if (cell := self.table.item(row, column)))
            for row in range(self.table.rowCount())
        ]
        return "\n".join((*(f"{name} {version}" for name, version in self.versions), "", *rows))

    def _show(self, found: Sequence[Package]) -> None:
        self.table.setRowCount(len(found))
        for row, package in enumerate(found):
            cells = (package.name, package.version, package.licence or "see its page")
            for column, words in enumerate(cells):
                cell = QTableWidgetItem(words)
                cell.setToolTip(words)
                self.table.setItem(row, column, cell)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self.say("Copied.")

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.PAGE)
        grid.setVerticalSpacing(2)
        for row, (name, version) in enumerate(self.versions):
            grid.addWidget(TextLine(name, "soft"), row // 2, 2 * (row % 2))
            grid.addWidget(TextLine(version), row // 2, 2 * (row % 2) + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.body.addLayout(grid)
        self.table.setHorizontalHeaderLabels(["Package", "Version", "Licence"])
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(tokens.SMALL_CONTROL_HEIGHT)
        self.table.setShowGrid(False)
        self.table.setFont(theme.font(tokens.SMALL))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.table.setMinimumHeight(230)
        self.body.addWidget(self.table, 1)


def versions(session: Session) -> tuple[tuple[str, str], ...]:
    """What runs here, as names and versions; of the broker, what was found on this machine."""
    found = {check.name: check_brief(check) for check in session.checks() if check.name in _FOUND}
    return (
        ("Celery Launcher", session.version),
        ("Python", platform.python_version()),
        ("Qt", f"{qVersion()}, PySide6 {version_of('PySide6-Essentials')}"),
        ("Celery", version_of("celery")),
        ("Django", version_of("django")),
        ("Flower", version_of("flower")),
        *((name, found.get(name, "not found").removeprefix(f"{name} ")) for name in _FOUND),
    )
