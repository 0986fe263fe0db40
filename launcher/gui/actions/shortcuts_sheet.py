"""All shortcuts, by the place where they hold."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from launcher.gui import tokens
from launcher.gui.actions.table import TABLE, Place
from launcher.gui.mail.sheet import Sheet
from launcher.gui.widgets.text_line import TextLine


class ShortcutsSheet(Sheet):
    """A list to read; Esc or Enter leaves it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Shortcuts", parent, width=520)
        self.close_button.setText("Close")
        self.close_button.setDefault(True)
        self.say("Tab goes on to the next control, Space presses it.")
        inner = QWidget()
        self.grid = QGridLayout(inner)
        self.grid.setContentsMargins(0, 0, tokens.GAP, 0)
        self.grid.setHorizontalSpacing(tokens.PAGE)
        self.grid.setVerticalSpacing(tokens.HAIR)
        self.grid.setColumnStretch(0, 1)
        for place in Place:
            self._add(place)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Reached by Tab, so that the arrow keys scroll.
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scroll.setAccessibleName("All shortcuts")
        scroll.setMinimumHeight(360)
        self.body.addWidget(scroll, 1)
        scroll.setFocus()

    def _add(self, place: Place) -> None:
        entries = [entry for entry in TABLE if entry.place is place and entry.keys]
        if not entries:
            return
        row = self.grid.rowCount()
        self.grid.setRowMinimumHeight(row, tokens.PAGE + tokens.GAP)
        self.grid.addWidget(
            TextLine(place.value, bold=True), row, 0, 1, 2, Qt.AlignmentFlag.AlignBottom
        )
        for offset, entry in enumerate(entries, start=1):
            keys = " or ".join(
                QKeySequence(one).toString(QKeySequence.SequenceFormat.NativeText)
                for one in entry.keys
            )
            self.grid.addWidget(TextLine(entry.words), row + offset, 0)
            self.grid.addWidget(TextLine(keys, "soft"), row + offset, 1)
