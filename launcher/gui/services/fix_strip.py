"""A line about something missing, with the button that installs it and how far that has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from launcher.core.explain import Tone
from launcher.gui.background import Background
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.runtime.parts.watching import Watch

if TYPE_CHECKING:
    from launcher.platform.packages import InstallOutcome

Fix = Callable[[Sequence[str], Watch], "InstallOutcome"]
_WHOLE = 1000
"""Steps of the bar: finer than its pixels."""


class FixStrip(Banner):
    """`fix` installs groups of packages, tells its steps, and blocks for minutes.

    What tells how far it has come is a download of ours, and can be cancelled; the system's own
    packages are not ended half-way.

    Signals: `restart_asked()` what was installed is used at the next start.
    Private: `_told(str, object)`, a step and its share, from the thread that installs.
    """

    restart_asked = Signal()
    _told = Signal(str, object)

    def __init__(self, fix: Fix, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(Tone.OUTSIDE, "", parent=parent)
        self._fix = fix
        self._background = background
        self._group = ""
        self._offered = (Tone.OUTSIDE, "", "", "", "")
        self._watch: Watch | None = None
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
        self.cancel = Button("Cancel", small=True, name="Cancel the installation")
        self.cancel.hide()
        self._row.addWidget(self.progress)
        self.add_button(self.cancel)
        self.add_button(self.act)
        self.add_button(self.again)
        self.act.clicked.connect(self._begin)
        self.cancel.clicked.connect(self._cancel)
        self.again.clicked.connect(self.restart_asked)
        self._told.connect(self._show_step, Qt.ConnectionType.QueuedConnection)
        if (app := QCoreApplication.instance()) is not None:
            # Who closes the window waits for what works in the background.
            app.aboutToQuit.connect(self._leave)

    @property
    def holds(self) -> bool:
        """Whether it is at work, or tells what came of it: then it stays."""
        return self._busy or self._over

    def offer(self, tone: Tone, words: str, remedy: str, group: str, label: str = "Fix") -> None:
        """Show what is missing; `group` "" offers nothing. Waits while something is installed."""
        if self.holds:
            return
        self._group = group
        self._offered = (tone, words, remedy, group, label)
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
        self.progress.setRange(0, 0)
        self.progress.show()
        group = self._group
        watch = self._watch = Watch(lambda words: self._told.emit(words, watch.share))
        self._background.run(self, lambda: self._fix((group,), watch), self._done, self._failed)

    def _cancel(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self.cancel.setEnabled(False)
            self.remedy.setText("Cancelling …")

    def _leave(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    def _show_step(self, words: str, share: float | None) -> None:
        if not self._busy:
            return
        if share is not None and not self.cancel.isVisible():
            self.cancel.setEnabled(True)
            self.cancel.show()
            self.act.hide()
        self.progress.setRange(0, _WHOLE if share is not None else 0)
        if share is not None:
            self.progress.setValue(round(share * _WHOLE))
        if self.cancel.isEnabled():
            self.remedy.setText(words)
            self.remedy.show()

    def _done(self, outcome: InstallOutcome) -> None:
        self._rest()
        if outcome.cancelled:
            tone, words, _, group, label = self._offered
            self.offer(tone, words, _sentence(outcome.words), group, label)
        elif outcome.ok:
            self._over = True
            self.act.hide()
            self.again.show()
            self.again.setFocus()
            self.say(
                Tone.READY,
                _sentence(outcome.words),
                "It is used when Celery Launcher starts again.",
            )
            self._copy.hide()
        else:
            self.say(Tone.FAILED, _sentence(outcome.words), outcome.remedy, outcome.copied)

    def _failed(self, error: Exception) -> None:
        self._rest()
        self.say(Tone.FAILED, f"It could not be installed: {error}")

    def _rest(self) -> None:
        self._busy = False
        self._watch = None
        self.progress.hide()
        self.cancel.hide()
        self.act.show()
        self.act.setEnabled(True)


def _sentence(words: str) -> str:
    """With a capital, unless it begins with the name of a machine or a file."""
    begins_with_word = words.partition(" ")[0].rstrip(",;:").isalpha()
    return f"{words[:1].upper() if begins_with_word else words[:1]}{words[1:]}."
