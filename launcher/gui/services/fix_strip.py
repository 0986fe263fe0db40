"""A line about something missing, with the button that installs it and how far that has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from launcher.core.explain import Tone
from launcher.gui.background import Background
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button

if TYPE_CHECKING:
    from launcher.platform.packages import InstallOutcome

Fix = Callable[[Sequence[str], Callable[[str], None]], "InstallOutcome"]


class FixStrip(Banner):
    """`fix` installs groups of packages, tells its steps, and blocks for minutes.

    Signals: `restart_asked()` what was installed is used at the next start.
    Private: `_told(str)`, a step, from the thread that installs.
    """

    restart_asked = Signal()
    _told = Signal(str)

    def __init__(self, fix: Fix, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(Tone.OUTSIDE, "", parent=parent)
        self._fix = fix
        self._background = background
        self._group = ""
        self._busy = False
        self._over = False
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(90, 6)
        self.progress.setAccessibleName("Installing")
        self.progress.hide()
        self.act = Button("Fix", small=True, kind="primary")
        self.again = Button("Restart Celery Launcher", small=True, kind="primary")
        self.again.hide()
        self._row.addWidget(self.progress)
        self.add_button(self.act)
        self.add_button(self.again)
        self.act.clicked.connect(self._begin)
        self.again.clicked.connect(self.restart_asked)
        self._told.connect(self._show_step, Qt.ConnectionType.QueuedConnection)

    @property
    def holds(self) -> bool:
        """Whether it is at work, or tells what came of it: then it stays."""
        return self._busy or self._over

    def offer(self, tone: Tone, words: str, remedy: str, group: str, label: str = "Fix") -> None:
        """Show what is missing; `group` "" offers nothing. Waits while something is installed."""
        if self.holds:
            return
        self._group = group
        self.say(tone, words, remedy)
        self._copy.setVisible(bool(remedy) and not group)
        self.act.set_kind("primary" if tone is Tone.FAILED else "plain")
        self.act.setText(label)
        self.act.setAccessibleName(f"{label}: {words}")
        self.act.updateGeometry()
        self.act.setVisible(bool(group))

    def _begin(self) -> None:
        self._busy = True
        self.act.setEnabled(False)
        self.progress.show()
        group = self._group
        self._background.run(
            self, lambda: self._fix((group,), self._told.emit), self._done, self._failed
        )

    def _show_step(self, words: str) -> None:
        if self._busy:
            self.remedy.setText(words)
            self.remedy.show()

    def _done(self, outcome: InstallOutcome) -> None:
        self._rest()
        words = f"{outcome.words[:1].upper()}{outcome.words[1:]}."
        if outcome.ok:
            self._over = True
            self.act.hide()
            self.again.show()
            self.again.setFocus()
            self.say(Tone.READY, words, "It is used when Celery Launcher starts again.")
            self._copy.hide()
        else:
            self.say(Tone.FAILED, words, outcome.remedy)

    def _failed(self, error: Exception) -> None:
        self._rest()
        self.say(Tone.FAILED, f"It could not be installed: {error}")

    def _rest(self) -> None:
        self._busy = False
        self.progress.hide()
        self.act.setEnabled(True)
