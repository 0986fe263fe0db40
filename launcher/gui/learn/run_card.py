"""The live action of a lesson: its button, how it goes, and what was seen."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.lessons import Lesson, Seen
from launcher.gui import tokens
from launcher.gui.learn.seen_row import SeenRow
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_line import TextLine


class RunCard(Card):
    """Shows what a run tells; who runs it listens to `button` and calls the rest."""

    def __init__(self, lesson: Lesson, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._seconds = lesson.seconds
        self.button = Button(lesson.button, kind="primary")
        self.go_on = Button("Go on in the Exchange lab")
        if lesson.lab is None:
            self.go_on.hide()
        self.words = TextLine("", "soft", tokens.SMALL)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(90, 6)
        self.progress.setAccessibleName("The lesson runs")
        self.progress.hide()
        self.trouble = Banner(Tone.TROUBLE, "")
        self.trouble.hide()
        self.rows: list[SeenRow] = []
        self._lay_out()

    def allow(self, why_not: str) -> None:
        """Enable the button, or say why it is not; "" enables it."""
        self.button.setEnabled(not why_not)
        self.button.setToolTip(why_not)
        self.words.say(why_not or f"Takes about {self._seconds} seconds")

    def begin(self) -> None:
        """A run begins."""
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows.clear()
        self.trouble.hide()
        self.progress.show()
        self.button.setEnabled(False)
        self.words.say(f"Running, for about {self._seconds} seconds")

    def add(self, seen: Seen) -> None:
        """One thing more was seen."""
        row = SeenRow(seen)
        self.rows.append(row)
        self._seen.addWidget(row)
        most = max((each.seen.seconds or 0.0 for each in self.rows), default=0.0)
        for each in self.rows:
            each.compare(most)

    def end(self, words: str = "", remedy: str = "") -> None:
        """The run is over; `words` say why it failed."""
        self.progress.hide()
        self.button.setText("Run it again")
        self.button.setAccessibleName("Run it again")
        self.button.updateGeometry()
        self.trouble.setVisible(bool(words))
        if words:
            self.trouble.say(Tone.TROUBLE, words, remedy)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(tokens.GAP)
        line.addWidget(self.button)
        line.addWidget(self.progress)
        line.addWidget(self.words, 1)
        line.addWidget(self.go_on)
        self._seen = QVBoxLayout()
        self._seen.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(line)
        column.addWidget(self.trouble)
        column.addLayout(self._seen)
